// The problem matcher of package.json against what the real trainer refuses: each error leads to its place in the file.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { ProcessLauncher, type NewRun } from '../../src/host/runs/trainerLauncher.ts';
import { problemLine } from '../../src/host/tasks/problemLine.ts';
import { toErrorData } from '../../src/protocol/errors.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { entry, temporaryFolder } from './fixtures/runs.ts';

const patternSchema = z.object({
  regexp: z.string(),
  file: z.int(),
  line: z.int(),
  column: z.int(),
  severity: z.int(),
  message: z.int(),
});
const { contributes } = z
  .object({
    contributes: z.object({
      problemMatchers: z.tuple([
        z.looseObject({ name: z.literal('instruct'), pattern: patternSchema }),
      ]),
    }),
  })
  .parse(JSON.parse(await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')));
const [{ pattern }] = contributes.problemMatchers;

/** What the editor takes from a line of a task's output, as `pattern` of the manifest says. */
function matched(line: string): { file: string; line: number; severity: string; message: string } {
  const found = new RegExp(pattern.regexp).exec(line);
  assert.ok(found !== null, line);
  assert.match(found[pattern.column], /^\d+$/);
  return {
    file: found[pattern.file],
    line: Number(found[pattern.line]),
    severity: found[pattern.severity],
    message: found[pattern.message],
  };
}

test('what the trainer refuses is found at its line by the problem matcher', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const launcher = new ProcessLauncher(() => ({ executable: process.execPath, script: entry }));
  const refusal = async (run: NewRun): Promise<ReturnType<typeof matched>> => {
    const thrown = await launcher.create(project, run).then(
      () => assert.fail('it was taken'),
      (reason: unknown) => reason,
    );
    const { place, message } = toErrorData(thrown);
    assert.ok(place !== undefined, message);
    return matched(problemLine('error', place, message));
  };

  const file = join(project, 'wrong.run.json');
  await writeFile(file, '{\n  "stage": "sft",\n  "seed": "many"\n}\n');
  const wrongSeed = await refusal({ file });
  assert.equal(relative(project, resolve(project, wrongSeed.file)), 'wrong.run.json');
  assert.equal(wrongSeed.line, 3);
  assert.equal(wrongSeed.severity, 'error');
  assert.match(wrongSeed.message, /"seed"/);

  const settings = join(project, 'instruct.json');
  await writeFile(settings, '{\n  "format": 1,\n  "name": "x",\n  "models": 3\n}\n');
  const wrongModels = await refusal({ stage: 'sft', options: [] });
  assert.equal(relative(project, resolve(project, wrongModels.file)), 'instruct.json');
  assert.equal(wrongModels.line, 4);
});

test('a message that quotes a file stays on its line', () => {
  const line = problemLine('warning', { path: 'a b.jsonl', line: 7 }, 'it says “x\n\u001b[2Jy”');
  assert.deepEqual(matched(line), {
    file: 'a b.jsonl',
    line: 7,
    severity: 'warning',
    message: 'it says “x [2Jy”',
  });
});
