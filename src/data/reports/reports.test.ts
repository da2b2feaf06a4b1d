import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { EvaluationReport, Preferred } from '../../protocol/evaluationReport.ts';
import { fullReport } from '../../../test/fixtures/evaluationReport.ts';
import { pairedDifference } from './comparisonBlocks.ts';
import { headline } from './evaluationBlocks.ts';
import { writeReport } from './index.ts';
import { subjectOf, verdict } from './subject.ts';

const preferred = (winRate: number, ci95: [number, number]): Preferred => ({
  winRate,
  ci95,
  comparisons: 4,
  ties: 0,
});

const numbers = (against: Record<string, Preferred>) => ({
  score: 1,
  scoreError: 0.1,
  likert: 4,
  flags: { failsTask: 0.25 },
  characters: 12,
  against,
});

function report(answers: EvaluationReport['answers'], run = 'eval-1'): EvaluationReport {
  return {
    format: 1,
    run,
    created: '2026-11-21T10:00:00Z',
    seed: 7,
    versions: { 'instruct-studio': '0.1.0' },
    command: 'instruct-studio eval --model base=models/base --seed 7',
    hyperparameters: { temperature: 1 },
    inputs: [{ path: 'prompts/a.jsonl', sha256: 'ab'.repeat(32) }],
    models: ['base', 'sft', 'ppo'].map((name) => ({ name, path: `models/${name}`, sha256: null })),
    scoredBy: 'gold',
    baselines: ['sft', 'base'],
    slices: [
      {
        name: 'all',
        prompts: answers.length,
        models: {
          base: numbers({ sft: preferred(0.1, [0.05, 0.2]) }),
          sft: numbers({ base: preferred(0.9, [0.8, 0.95]) }),
          ppo: numbers({ sft: preferred(0.6, [0.55, 0.65]), base: preferred(0.9, [0.8, 0.95]) }),
        },
      },
    ],
    tax: {},
    bestOf: null,
    rewardModel: null,
    agreement: null,
    judges: [],
    answers,
  };
}

const answer = (promptId: string, prompt: string, score: number, completion = 'moo') => ({
  promptId,
  prompt,
  completions: { ppo: { completion, score, likert: 4 } },
});

test('an evaluation is about its aligned policy against the SFT model', () => {
  const one = report([]);
  const subject = subjectOf(one, one.slices[0]);
  assert.deepEqual([subject?.model, subject?.baseline], ['ppo', 'sft']);
  assert.equal(
    headline(one),
    'PPO is preferred to SFT on 60.0 % (55.0 to 65.0 %) of the prompts, more often than chance.',
  );
});

test('a win rate says something only where its interval leaves one half out', () => {
  assert.equal(verdict(preferred(0.6, [0.55, 0.65])), 'better');
  assert.equal(verdict(preferred(0.6, [0.49, 0.7])), 'level');
  assert.equal(verdict(preferred(0.4, [0.3, 0.49])), 'worse');
});

test('texts of a prompt or completion are markup in neither format', () => {
  const hostile = '<script>alert(1)</script> | **bold** [x](http://x.test) ``` \n# head';
  const { html, markdown } = writeReport(report([answer('p', hostile, 1, hostile)]));
  assert.ok(!html.includes('<script'));
  assert.ok(html.includes('&#60;script&#62;alert(1)'));
  // The completion stands in a fence that is longer than the one within it.
  assert.ok(markdown.includes('````text\n<script>'));
  assert.ok(markdown.includes(String.raw`> \<script\>alert(1)`));
  assert.ok(!/^# head/m.test(markdown.replaceAll(/````text[^]*?````/g, '')));
});

test('the HTML file allows its own style by digest and nothing else', () => {
  const { html } = writeReport(report([]));
  const style = /<style>([^]*)<\/style>/.exec(html)?.at(1) ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  assert.ok(html.includes(`default-src 'none'; style-src 'sha256-${digest}'`));
  assert.ok(!/\bstyle=|\bhref=|\bsrc=|url\(/.test(html));
});

test('the report carries what one needs to repeat it', () => {
  const { html, markdown } = writeReport(report([]));
  for (const needed of ['instruct-studio eval', 'ab'.repeat(32), 'temperature', '0.1.0']) {
    assert.ok(html.includes(needed) && markdown.includes(needed), needed);
  }
});

test('every part of an evaluation stands in both formats, the ladder and the calibration as pictures too', () => {
  const { html, markdown } = writeReport(fullReport);
  const parts = {
    'Preferred to SFT': '64.0 %',
    'Scores, Likert and flags': '5.30',
    'By category': 'Brainstorming',
    'Alignment tax': '1.81',
    'Best of n': '1.84',
    'Reward model': '4.0 %',
    'Agreement of labelers': '72.6 ± 3.0 %',
    'Judged by people': '61.0 %',
    Answers: 'An otter eats fish and crabs.',
    'To repeat eval-20261121-100000-ab12': '2c'.repeat(32),
  };
  for (const [heading, number] of Object.entries(parts)) {
    for (const page of [html, markdown]) {
      const start = page.indexOf(heading);
      assert.ok(start >= 0, heading);
      assert.ok(page.includes(number, start), `${heading}: ${number}`);
    }
  }
  assert.equal(
    html.split('<svg').length - 1,
    3,
    'a ladder for each of two baselines, and calibration',
  );
});

test('two evaluations are compared on the prompts that they share', () => {
  const before = report([answer('a', 'A', 1), answer('b', 'B', 2), answer('c', 'C', 3)], 'first');
  const after = report([answer('a', 'A', 2), answer('b', 'B', 4), answer('c', 'other', 9)], 'then');
  const { markdown } = writeReport({ format: 1, before, after });
  // Shared are a and b: +1 and +2, mean 1.5, standard error 0.5.
  assert.match(markdown, /\| PPO \| 1\.50 \| 3\.00 \| \+1\.50 \| ± 0\.98 \| better \|/);
  assert.match(markdown, /on 2 prompts that both have/);
  assert.match(markdown, /Nothing: the same models, prompts, settings and seed/);
});

test('a paired difference has the interval of its own spread', () => {
  // Standard deviation of 1, 2, 3 is 1; its standard error 1/√3.
  const { mean, half } = pairedDifference([1, 2, 3]);
  assert.equal(mean, 2);
  assert.ok(Math.abs(half - 1.96 / Math.sqrt(3)) < 1e-12);
  assert.equal(pairedDifference([1]).half, Infinity);
});
