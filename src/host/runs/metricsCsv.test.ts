import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRun } from '../../protocol/runFold.ts';
import { metricsCsv } from './metricsCsv.ts';

test('runs stand one after another, a row a step, with empty cells for what is missing', () => {
  const a = foldRun([
    { type: 'started', time: 0, stage: 'sft', pid: 1, totalSteps: 2 },
    { type: 'metrics', time: 1000, step: 1, values: { 'sft/loss': 0.1 + 0.2 } },
    { type: 'metrics', time: 2500, step: 2, values: { 'sft/loss': 2, grad_norm: 1e-9 } },
  ]);
  const b = foldRun([
    { type: 'started', time: 0, stage: 'sft', pid: 1, totalSteps: 2 },
    { type: 'metrics', time: 500, step: 1, values: { grad_norm: 3 } },
  ]);
  const runs = [
    { id: 'a,"1"', view: a },
    { id: '=b', view: b },
  ];
  assert.equal(
    metricsCsv(runs),
    [
      'run,step,seconds,sft/loss,grad_norm',
      '"a,""1""",1,1,0.30000000000000004,',
      '"a,""1""",2,2.5,2,1e-9',
      "'=b,1,0.5,,3",
      '',
    ].join('\r\n'),
  );
});
