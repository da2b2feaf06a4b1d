import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignmentOf, wantedLabelers } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import { hash } from './random.ts';

const prompts = Array.from({ length: 3000 }, (_, index) => hash(`prompt ${index}`));
const plan = (changes: Partial<Assignment> = {}): Assignment => ({
  labelers: ['anna', 'ben', 'cleo', 'dora'],
  labelersPerPrompt: 2,
  overlap: 0.25,
  heldOutLabelers: [],
  ...changes,
});

const isAssigned = (to: Assignment, lot: number, name: string, doneBy: string[] = []): boolean =>
  assignmentOf(to, name)(lot, doneBy);
const assignedLabelers = (to: Assignment, lot: number): string[] =>
  (to.labelers ?? []).filter((name) => isAssigned(to, lot, name));

test('a quarter of the prompts is shared by two labelers, the others have one', () => {
  const shared = prompts.filter((id) => wantedLabelers(plan(), id) === 2).length;
  // 750 expected, standard deviation 24.
  assert.ok(Math.abs(shared - 750) < 100, String(shared));
  for (const id of prompts) {
    const names = assignedLabelers(plan(), id);
    assert.equal(new Set(names).size, wantedLabelers(plan(), id));
  }
});

test('labelers get about as much', () => {
  const load = Map.groupBy(
    prompts.flatMap((id) => assignedLabelers(plan({ overlap: 1 }), id)),
    (name) => name,
  );
  // 6,000 tasks for four: 1,500 expected, standard deviation 27.
  for (const tasks of load.values()) assert.ok(Math.abs(tasks.length - 1500) < 120);
});

test('when a labeler joins, prompts only go to that labeler, and nobody else swaps', () => {
  const grown = plan({ labelers: ['anna', 'ben', 'cleo', 'dora', 'emil'] });
  for (const id of prompts) {
    const after = assignedLabelers(grown, id);
    const before = assignedLabelers(plan(), id);
    assert.ok(after.every((name) => name === 'emil' || before.includes(name)));
  }
});

test('without a list of labelers a prompt is open until enough have done it', () => {
  const open = plan({ labelers: undefined, overlap: 1 });
  assert.ok(isAssigned(open, hash('p'), 'anna', []));
  assert.ok(isAssigned(open, hash('p'), 'anna', ['ben']));
  assert.ok(!isAssigned(open, hash('p'), 'anna', ['ben', 'cleo']));
  assert.ok(
    isAssigned(plan({ labelers: undefined, labelersPerPrompt: undefined }), hash('p'), 'x', ['y']),
  );
});

test('a held-out labeler may do everything, is assigned nothing and takes no place', () => {
  const held = plan({ heldOutLabelers: ['dora'], overlap: 1 });
  const without = { ...held, labelers: ['anna', 'ben', 'cleo'] };
  for (const id of prompts.slice(0, 100)) {
    const others = assignedLabelers(held, id).filter((name) => name !== 'dora');
    assert.deepEqual(others, assignedLabelers(without, id));
    assert.ok(isAssigned(held, id, 'dora', ['anna', 'ben']));
  }
  assert.ok(isAssigned({ ...held, labelers: undefined }, hash('p'), 'anna', ['dora', 'ben']));
});
