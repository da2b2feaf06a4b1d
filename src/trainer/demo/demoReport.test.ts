import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoReport, demoStagesSchema, demoTable } from './demoReport.ts';

const stages = demoStagesSchema.parse({
  rank: { agreement: 0.731, rankings: 9 },
  rm: { 'rm/validation_accuracy': 0.7 },
  eval: {
    prompts: 300,
    models: {
      base: { gold: -1.5, winRateVsSft: 0.1, ci95: [0.07, 0.13], flags: { failsTask: 0.9 } },
      prompted: { gold: 0.25, flags: {} },
      sft: { gold: 1.5, winRateVsBase: 0.9, ci95VsBase: [0.87, 0.93], flags: {} },
      ppo: {
        gold: 2.5,
        winRateVsSft: 0.7,
        ci95: [0.65, 0.75],
        flags: { hallucination: 0.05 },
        tax: { pretrainLoss: 1.357, accuracy: 0.822 },
      },
    },
  },
});

test('the report has what scripts look for, under the names they look for', () => {
  const report = demoReport(3, { sft: 10, total: 90.5 }, stages);
  assert.deepEqual(Object.keys(report.models), ['base', 'prompted', 'sft', 'ppo']);
  assert.deepEqual(report.models['ppo'].ci95, [0.65, 0.75]);
  assert.deepEqual(report.rewardModel, { accuracyValid: 0.7, agreement: 0.731 });
  assert.equal(report.seed, 3);
  assert.equal(report.seconds['total'], 90.5);
});

test('the table has a row for each model, columns of one width, and the reward model below', () => {
  const lines = demoTable(demoReport(3, { sft: 10, total: 90.5 }, stages)).split('\n');
  const rows = lines.filter((line) => /^(model|base|prompted|sft|ppo) /.test(line));
  assert.equal(rows.length, 5);
  assert.equal(new Set(rows.map((row) => row.length)).size, 1);
  assert.match(rows[4], /2\.50\s+70\.0 % \(65\.0 % to 75\.0 %\)/);
  assert.match(rows[4], /1\.36\s+82\.2 %$/);
  assert.ok(
    lines.some((line) =>
      /70\.0 % of held-out comparisons; two labelers agree on 73\.1 %/.test(line),
    ),
  );
  assert.ok(lines.some((line) => line === 'Seconds: sft 10, total 90.5'));
});
