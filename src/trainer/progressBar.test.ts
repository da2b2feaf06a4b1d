import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRun } from '../protocol/runFold.ts';
import type { RunEvent } from '../protocol/run.ts';
import { ProgressBar, duration, progressLine } from './progressBar.ts';

const started: RunEvent = { type: 'started', time: 0, stage: 'sft', pid: 1, totalSteps: 80 };
const metrics: RunEvent = {
  type: 'metrics',
  time: 1,
  step: 20,
  values: { 'sft/loss': 1.23456, grad_norm: 9 },
};
const progress: RunEvent = {
  type: 'progress',
  time: 1,
  step: 20,
  totalSteps: 80,
  secondsLeft: 75.4,
};

test('a line has stage, bar, steps, the stage’s own metrics and the time left', () => {
  const view = foldRun([started, metrics, progress]);
  assert.equal(
    progressLine(view, 80),
    'sft      [#######.....................] 20/80  loss 1.23  1m15s',
  );
});

test('whatever the width of the terminal, the line fits into it', () => {
  const view = foldRun([started, metrics, progress]);
  for (let width = 0; width <= 120; width++) {
    assert.ok(progressLine(view, width).length <= width, String(width));
  }
});

test('durations are short and readable', () => {
  assert.equal(duration(8.4), '8s');
  assert.equal(duration(185), '3m05s');
  assert.equal(duration(7629), '2h07m');
});

test('a terminal redraws one line, anything else gets few lines', () => {
  const shown = (columns: number | null): string => {
    let text = '';
    let now = 0;
    const bar = new ProgressBar(
      {
        columns,
        write: (added) => {
          text += added;
        },
      },
      () => now,
    );
    bar.apply('a', started);
    for (let step = 1; step <= 50; step++) {
      now += 500;
      bar.apply('a', { ...progress, step });
    }
    bar.end();
    return text;
  };
  const terminal = shown(60);
  assert.ok(terminal.includes('\r'));
  assert.equal(terminal.trimEnd().split('\n').length, 2);
  const file = shown(null);
  assert.ok(!file.includes('\r'));
  assert.equal(file.trimEnd().split('\n').length, 4); // started, and every ten of 25 seconds
});

test('the end of a run shows the conclusion that its stage has drawn', () => {
  let text = '';
  const bar = new ProgressBar({ columns: null, write: (added) => (text += added) }, () => 0);
  bar.apply('a', started);
  const summary = { conclusion: 'Good enough for PPO? yes.' };
  bar.apply('a', { type: 'finished', time: 2, step: 80, model: 'runs/a/model', summary });
  assert.ok(text.endsWith('a: finished, model in runs/a/model\nGood enough for PPO? yes.\n'), text);
});
