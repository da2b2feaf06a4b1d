import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { Dataset } from './dataset.ts';
import { nextDemonstration, nextTask } from './queue.ts';
import type { RankingQueueOptions } from './queue.ts';
import { RecordStore } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'queue-'));
after(() => {
  rmSync(root, { recursive: true });
});
let projects = 0;

/** A project of prompts p0, p1, … with `each` different completions of each. */
async function project(prompts: number, each: number): Promise<Dataset> {
  const dir = join(root, String(++projects));
  for (const kind of ['prompts', 'completions']) mkdirSync(join(dir, kind), { recursive: true });
  const ids = Array.from({ length: prompts }, (_, index) => `p${String(index)}`);
  const lines = (records: object[]): string =>
    records.map((record) => `${JSON.stringify(record)}\n`).join('');
  writeFileSync(join(dir, 'prompts/all.jsonl'), lines(ids.map((id) => ({ id, prompt: id }))));
  const completions = ids.flatMap((promptId) =>
    Array.from({ length: each }, (_, index) => ({
      id: `${promptId}/${String(index)}`,
      promptId,
      completion: `answer ${String(index)}`,
      model: { name: 'base' },
    })),
  );
  writeFileSync(join(dir, 'completions/base.jsonl'), lines(completions));
  return Dataset.open(dir);
}

/** A project of prompts with two completions each, and what two reward models made of them. */
async function scored(
  prompts: readonly (readonly [string, Record<string, number>, Record<string, number>])[],
): Promise<Dataset> {
  const dataset = await project(0, 0);
  const store = new RecordStore(dataset.projectDir);
  for (const [id, ...scores] of prompts) {
    await store.append('prompts', 'all', { id, prompt: id });
    for (const [index, given] of scores.entries()) {
      const completion = `answer ${String(index)}`;
      const model = { name: 'base' };
      const record = {
        id: `${id}/${String(index)}`,
        promptId: id,
        completion,
        model,
        scores: given,
      };
      await store.append('completions', 'base', record);
    }
  }
  await dataset.refresh();
  return dataset;
}

async function rank(
  dataset: Dataset,
  labeler: string,
  promptId: string,
  shown: string[],
  skipped?: string,
): Promise<void> {
  const saved = await new RecordStore(dataset.projectDir).append('rankings', labeler, {
    id: `${labeler}/${promptId}`,
    promptId,
    ranking: skipped === undefined ? shown.map((id) => [id]) : [],
    shown,
    labeler,
    ...(skipped === undefined ? {} : { skipped }),
  });
  await dataset.refresh(saved.file);
}

const options = (changes: Partial<RankingQueueOptions> = {}): RankingQueueOptions => ({
  policy: 'fewest-labels',
  completionsPerPrompt: 4,
  seed: 0,
  ...changes,
});

test('every task is served once, and then none is left', async () => {
  const dataset = await project(5, 3);
  const seen = new Set<string>();
  for (let left = 5; left > 0; left--) {
    const { task, remaining } = nextTask(dataset, 'anna', options());
    assert.equal(remaining, left);
    assert.ok(task);
    seen.add(task.prompt.id);
    const ids = task.completions.map(({ id }) => id);
    await rank(dataset, 'anna', task.prompt.id, ids, left === 3 ? 'unclear' : undefined);
  }
  assert.equal(seen.size, 5);
  const { task, empty } = nextTask(dataset, 'anna', options());
  assert.equal(task, null);
  assert.match(empty, /all tasks for you are done/);
  assert.equal(nextTask(dataset, 'ben', options()).remaining, 5, 'another labeler has them all');
});

test('the fewest labels come first, and the reason says so', async () => {
  const dataset = await project(3, 2);
  await rank(dataset, 'anna', 'p0', ['p0/0', 'p0/1']);
  await rank(dataset, 'anna', 'p2', ['p2/0', 'p2/1']);
  const { task } = nextTask(dataset, 'ben', options());
  assert.equal(task?.prompt.id, 'p1');
  assert.match(task.reason, /not yet ranked by anyone; one of 3 left/);
  await rank(dataset, 'ben', 'p1', ['p1/0', 'p1/1']);
  assert.match(nextTask(dataset, 'ben', options()).task?.reason ?? '', /ranked once by others/);
});

test('in order is in the order of the files', async () => {
  const dataset = await project(3, 2);
  const first = nextTask(dataset, 'anna', options({ policy: 'in-order' }));
  assert.equal(first.task?.prompt.id, 'p0');
  assert.match(first.task.reason, /^Next in the files/);
});

test('reward models that disagree or are unsure decide what comes first, and the reason says so', async () => {
  const dataset = await scored([
    ['agreed', { one: 0, two: 0 }, { one: 9, two: 9 }],
    ['contested', { one: 0, two: 9 }, { one: 9, two: 0.5 }],
    ['close', { one: 0, two: 0 }, { one: 0.1, two: 0.1 }],
  ]);
  const first = (policy: 'highest-disagreement' | 'uncertainty'): string[] => {
    const { task } = nextTask(dataset, 'anna', options({ policy }));
    return [task?.prompt.id ?? '', task?.reason ?? ''];
  };
  const [contested, why] = first('highest-disagreement');
  assert.equal(contested, 'contested');
  assert.match(why, /^Reward models disagree most \(1\.00 of 1\): not yet ranked by anyone/);
  const [close, because] = first('uncertainty');
  assert.equal(close, 'close');
  assert.match(because, /^The reward model is least sure \(1\.00 of 1 bit\)/);
  const unscored = nextTask(await project(1, 2), 'anna', options({ policy: 'uncertainty' }));
  assert.match(unscored.task?.reason ?? '', /^No prompt is left whose completions a reward model/);
});

test('a prompt that enough labelers have done is not served, except to held-out labelers', async () => {
  const dataset = await project(1, 2);
  await rank(dataset, 'anna', 'p0', ['p0/0', 'p0/1']);
  const assignment = { labelersPerPrompt: 1, overlap: 1, heldOutLabelers: ['dora'] };
  assert.equal(nextTask(dataset, 'ben', options({ assignment })).task, null);
  assert.equal(nextTask(dataset, 'dora', options({ assignment })).task?.prompt.id, 'p0');
  assert.equal(nextTask(dataset, 'anna', options({ assignment })).done, 1);
});

test('the seed decides the prompt and the order shown, and nothing else does', async () => {
  const dataset = await project(40, 6);
  const draw = (seed: number, labeler = 'anna'): string[] => {
    const { task } = nextTask(dataset, labeler, options({ policy: 'random', seed }));
    return [task?.prompt.id ?? '', ...(task?.completions.map(({ id }) => id) ?? [])];
  };
  assert.deepEqual(draw(1), draw(1));
  assert.ok(new Set([1, 2, 3, 4, 5].map((seed) => draw(seed)[0])).size > 1);
  assert.notDeepEqual(draw(1, 'anna').slice(1), draw(1, 'ben').slice(1));
});

test('the shown order is fair: each completion stands first about as often', async () => {
  const dataset = await project(1, 4);
  const firsts = new Map<string, number>();
  for (let seed = 0; seed < 800; seed++) {
    const id = nextTask(dataset, 'anna', options({ seed })).task?.completions.at(0)?.id ?? '';
    firsts.set(id, (firsts.get(id) ?? 0) + 1);
  }
  // 200 expected, standard deviation 12.
  for (const count of firsts.values()) assert.ok(count > 140 && count < 260, String(count));
  assert.equal(firsts.size, 4);
});

test('of more than K completions those ranked least are shown', async () => {
  const dataset = await project(1, 6);
  await rank(dataset, 'anna', 'p0', ['p0/0', 'p0/1', 'p0/2']);
  const { task } = nextTask(dataset, 'ben', options({ completionsPerPrompt: 3 }));
  assert.deepEqual(task?.completions.map(({ id }) => id).sort(), ['p0/3', 'p0/4', 'p0/5']);
});

test('prompts that are open elsewhere, of other splits or with equal completions are not served', async () => {
  const dataset = await project(3, 2);
  const { prompt } = nextTask(dataset, 'anna', options()).task ?? {};
  assert.ok(prompt);
  const { task, remaining } = nextTask(dataset, 'anna', options({ exclude: new Set([prompt.id]) }));
  assert.notEqual(task?.prompt.id, prompt.id);
  assert.equal(remaining, 2);
  assert.equal(nextTask(dataset, 'anna', options({ splits: ['test'] })).task, null);
  assert.match(nextTask(await project(2, 1), 'anna', options()).empty, /two different completions/);
  assert.match(nextTask(await project(0, 0), 'anna', options()).empty, /no prompts yet/);
});

test('K outside 2 to 9 is refused', async () => {
  const dataset = await project(1, 2);
  for (const completionsPerPrompt of [1, 10, 2.5]) {
    assert.throws(
      () => nextTask(dataset, 'anna', options({ completionsPerPrompt })),
      InstructError,
    );
  }
});

test('a demonstration is asked for where the labeler has written none', async () => {
  const dataset = await project(2, 0);
  const demonstrationOptions = { policy: 'in-order', seed: 0 } as const;
  assert.equal(nextDemonstration(dataset, 'anna', demonstrationOptions).task?.prompt.id, 'p0');
  const saved = await new RecordStore(dataset.projectDir).append('demonstrations', 'anna', {
    id: 'd',
    promptId: 'p0',
    completion: 'x',
    labeler: 'anna',
  });
  await dataset.refresh(saved.file);
  const next = nextDemonstration(dataset, 'anna', demonstrationOptions);
  assert.equal(next.task?.prompt.id, 'p1');
  assert.equal(next.remaining, 1);
});
