import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { plannedOptions, plannedRunSchema } from '../protocol/plannedRun.ts';
import { Arguments } from './commandLine.ts';
import { planFromFile } from './plannedRunFile.ts';

test('a planned run becomes the options that the command line would take', () => {
  const plan = plannedRunSchema.parse({
    stage: 'pipeline',
    hyperparameters: { sft: { epochs: 2 }, ppo: { iterations: 3 } },
    rankings: 'gold',
    tensorboard: true,
    device: 'webgpu',
    backend: 'tfjs',
  });
  assert.deepEqual(Object.fromEntries(plannedOptions(plan)), {
    seed: ['0'],
    set: ['sft.epochs=2', 'ppo.iterations=3'],
    rankings: ['gold'],
    tensorboard: [],
    device: ['webgpu'],
    backend: ['tfjs'],
  });
  const evaluation = plannedRunSchema.parse({
    stage: 'eval',
    models: { a: 'models/a', b: 'run-b' },
    seed: 4,
  });
  assert.deepEqual(plannedOptions(evaluation).get('model'), ['a=models/a', 'b=run-b']);
});

for (const { text, line, says } of [
  {
    text: '{\n  "stage": "sft",\n  "hyperparameters": { "epoch": 1 }\n}',
    line: 3,
    says: /"epochs"/,
  },
  { text: '{\n  "stage": "sft",\n  "seeds": 1\n}', line: 1, says: /seeds/ },
  { text: '{ "stage": "sft" ', line: 1, says: /no JSON/ },
  {
    text: '{\n  "stage": "pipeline",\n  "hyperparameters": { "epochs": 1 }\n}',
    line: 3,
    says: /by stage/,
  },
]) {
  test(`a planned run that is wrong is refused at its line: ${says.source}`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'plan-'));
    try {
      const file = path.join(folder, 'a.run.json');
      writeFileSync(file, text);
      await assert.rejects(planFromFile(file, new Arguments('run', [], new Map()), 0), (thrown) => {
        assert.ok(thrown instanceof InstructError);
        assert.match(thrown.message, says);
        assert.equal(thrown.place?.line, line);
        return true;
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
