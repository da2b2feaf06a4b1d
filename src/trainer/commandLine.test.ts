import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { parseArguments } from './commandLine.ts';
import { parseSettings } from './settings.ts';

const options = {
  project: { value: 'DIR', description: 'where' },
  set: { value: 'KEY=VALUE', multiple: true, description: 'what' },
  seed: { value: 'N', description: 'which' },
  json: { description: 'how' },
};
const parse = (...args: string[]) =>
  parseArguments('sft', args, options, { names: [], required: false });
const refuses = (act: () => unknown, message: RegExp): void => {
  assert.throws(act, (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'bad-argument');
    assert.match(error.message, message);
    assert.match(error.remedy, /instruct-studio sft --help/);
    return true;
  });
};

test('values, repeated values and switches are told apart', () => {
  const args = parse('--project', 'a b', '--set', 'x=1', '--set=y=2', '--json');
  assert.equal(args.text('project'), 'a b');
  assert.deepEqual(args.all('set'), ['x=1', 'y=2']);
  assert.ok(args.has('json'));
  assert.ok(!args.has('seed'));
});

test('an unknown option is answered with the nearest one', () => {
  refuses(() => parse('--projet', 'x'), /unknown option "--projet": did you mean "--project"\?/);
});

test('what a command cannot use is refused by name', () => {
  refuses(() => parse('--project'), /--project: expected DIR, got nothing/);
  refuses(() => parse('--project', 'a', '--project', 'b'), /--project: expected once/);
  refuses(() => parse('--json=yes'), /--json: expected no value, got "yes"/);
  refuses(() => parse('stray'), /unexpected argument "stray"/);
  for (const text of ['1.5', '-1', 'x', '1e99', ' ']) {
    refuses(() => parse(`--seed=${text}`).integer('seed', 0), /--seed: expected a whole number/);
  }
});

test('settings are read as the kind of value that the table has', () => {
  const settings = parseSettings(
    'sft',
    ['sft'],
    ['epochs=2', 'learningRate=1e-4', 'completionOnlyLoss=false', 'epochs=3'],
  );
  assert.deepEqual(settings.get('sft'), {
    epochs: 3,
    learningRate: 1e-4,
    completionOnlyLoss: false,
  });
});

test('a setting that the table does not allow is refused with what it allows', () => {
  refuses(() => parseSettings('sft', ['sft'], ['lerningRate=1']), /did you mean "learningRate"/);
  refuses(() => parseSettings('sft', ['sft'], ['epochs=1.5']), /expected a whole number from 1/);
  refuses(() => parseSettings('sft', ['sft'], ['epochs=many']), /got "many"/);
  refuses(() => parseSettings('sft', ['sft'], ['completionOnlyLoss=1']), /expected true or false/);
  refuses(() => parseSettings('sft', ['sft'], ['epochs']), /expected KEY=VALUE/);
});

test('a command of several stages takes STAGE.KEY=VALUE', () => {
  const settings = parseSettings('sft', ['sft', 'ppo'], ['ppo.klCoef=0.1', 'sft.epochs=1']);
  assert.deepEqual(settings.get('ppo'), { klCoef: 0.1 });
  assert.deepEqual(settings.get('sft'), { epochs: 1 });
  refuses(() => parseSettings('sft', ['sft', 'ppo'], ['klCoef=1']), /did you mean "ppo.klCoef"/);
});
