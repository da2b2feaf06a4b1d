import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { formatProblem } from './problem.ts';
import { checkProjectText, findProject, openProject } from './project.ts';
import { validateProject } from './validate.ts';

const root = mkdtempSync(join(tmpdir(), 'project-'));
after(() => {
  rmSync(root, { recursive: true });
});

const good = '{ "format": 1, "name": "mine", "models": { "base": "models/base" } }';

test('a project is opened with its defaults filled in', async () => {
  const dir = join(root, 'good');
  mkdirSync(join(dir, 'prompts/deep'), { recursive: true });
  writeFileSync(join(dir, 'instruct.json'), `\uFEFF${good}`);
  const { dir: opened, project } = await openProject(dir);
  assert.equal(opened, dir);
  assert.equal(project.labeling.completionsPerPrompt, 4);
  assert.equal(await findProject(join(dir, 'prompts/deep')), dir);
});

test('a folder that is no project is named, with what to do', async () => {
  await assert.rejects(openProject(root), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'not-a-project');
    assert.ok(error.message.includes(root));
    assert.match(error.remedy, /instruct-studio init/);
    return true;
  });
  await assert.rejects(validateProject(root).next(), InstructError);
});

test('an unknown key, a value out of range and bad JSON are found at line and column', () => {
  const problems = (text: string): string[] => checkProjectText(text).problems.map(formatProblem);
  assert.deepEqual(problems(good), []);
  const text = `{
  "format": 1,
  "name": "mine",
  "modelz": {},
  "models": { "base": "models/base" },
  "labeling": { "completionsPerPrompt": 12 },
  "hyperparameters": { "sft": { "learningRates": 1 } }
}`;
  const found = problems(text);
  assert.equal(found.length, 3);
  const [perPrompt, unknown] = found;
  assert.equal(
    perPrompt,
    'instruct.json:6:41: error: labeling.completionsPerPrompt: expected an integer from 2 to 9, got 12',
  );
  assert.match(
    unknown,
    /^instruct\.json:4:3: error: modelz: unknown key; did you mean "models"\?$/,
  );
  assert.match(found[2], /^instruct\.json:7:\d+: error: hyperparameters\.sft\.learningRates: /);
  assert.match(
    problems('{ "format": 1,\n "name" }')[0],
    /^instruct\.json:2:9: error: not valid JSON/,
  );
});

test('a project of a newer version is refused as such', () => {
  const { problems } = checkProjectText(good.replace('1', '2'));
  assert.match(problems[0]?.message ?? '', /format: expected 1, got 2; this version .* format 1/);
});

test('the error of opening a bad project names its first problem', async () => {
  const dir = join(root, 'bad');
  mkdirSync(dir);
  writeFileSync(join(dir, 'instruct.json'), good.replace('"mine"', '7'));
  await assert.rejects(openProject(dir), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'bad-project-file');
    assert.match(error.message, /^instruct\.json:1:24: error: name: expected a text/);
    assert.deepEqual(error.place, { path: 'instruct.json', line: 1, column: 24 });
    return true;
  });
});

test('validating yields the problems of the project file and of every record', async () => {
  const dir = join(root, 'validate');
  mkdirSync(join(dir, 'prompts'), { recursive: true });
  mkdirSync(join(dir, 'rankings'));
  writeFileSync(join(dir, 'instruct.json'), good.replace('"mine"', '""'));
  writeFileSync(
    join(dir, 'prompts/all.jsonl'),
    '{"id":"p1","prompt":"x"}\n{"id":2,"prompt":"x"}\n',
  );
  writeFileSync(
    join(dir, 'rankings/anna.jsonl'),
    '{"id":"r","promptId":"p1","ranking":[["a"],["b"]],"shown":["a","b"],"labeler":"anna"}\n',
  );
  const found: string[] = [];
  for await (const problem of validateProject(dir)) found.push(formatProblem(problem));
  assert.deepEqual(found, [
    'instruct.json:1:24: error: name: expected a text that is not empty, got ""',
    'prompts/all.jsonl:2:7: error: id: expected a text of 1 to 200 characters, got 2',
    'rankings/anna.jsonl:1:39: error: ranking[0][0]: expected the id of a completion; "a" is in no file of completions/',
    'rankings/anna.jsonl:1:45: error: ranking[1][0]: expected the id of a completion; "b" is in no file of completions/',
  ]);
});
