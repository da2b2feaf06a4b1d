import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosisCodes, type DiagnosisCode } from '../../protocol/diagnoses.ts';
import { Diagnoser, type IterationFacts } from './diagnose.ts';
import type { KlEvidence } from './klEvidence.ts';

const healthy: IterationFacts = {
  kl: 0.5,
  klError: 0.1,
  entropy: 1,
  valueLoss: 0.2,
  returnVariance: 1,
  score: 0,
  scoreDeviation: 1,
  length: 20,
  scoreLength: 0.1,
  ended: 0.98,
  firstLogRatio: 1e-6,
};
const evidence: KlEvidence = { cause: 'temperature', sentence: 'Temperature: seen.' };

/** The codes found in each of several iterations after a healthy one. */
function codesOver(...changes: Partial<IterationFacts>[]): DiagnosisCode[][] {
  const diagnoser = new Diagnoser(10);
  const found: DiagnosisCode[][] = [];
  for (const change of [{}, ...changes]) {
    const seen = diagnoser.observe({ ...healthy, ...change }, evidence);
    found.push(seen.map(({ code }) => code));
  }
  return found;
}

/** For each diagnosis an iteration that shows it; most must last three. */
const ill: Readonly<Record<DiagnosisCode, Partial<IterationFacts>>> = {
  'negative-kl': { kl: -1, klError: 0.1 },
  'kl-blow-up': { kl: 11 },
  'entropy-collapse': { entropy: 0.1 },
  'value-divergence': { valueLoss: 3 },
  'length-hacking': { length: 35, scoreLength: 0.8, score: 1 },
  'no-eos': { ended: 0.3 },
  'reward-out-of-range': { score: 4 },
  'ratio-off': { firstLogRatio: 0.1 },
};
const atOnce: readonly DiagnosisCode[] = ['negative-kl', 'kl-blow-up', 'no-eos', 'ratio-off'];

test('a healthy run is told nothing', () => {
  assert.deepEqual(codesOver({}, {}, {}, {}), [[], [], [], [], []]);
});

for (const code of diagnosisCodes) {
  test(`${code} is told once, as long as it lasts, and again after it had gone`, () => {
    const change = ill[code];
    const wait: DiagnosisCode[][] = atOnce.includes(code) ? [] : [[], []];
    assert.deepEqual(codesOver(change, change, change, {}, change, change, change), [
      [],
      ...wait,
      [code],
      ...(wait.length === 0 ? [[], []] : []),
      [],
      ...wait,
      [code],
      ...(wait.length === 0 ? [[], []] : []),
    ]);
  });
}

test('shorter and shorter answers that score more are reward hacking by length too', () => {
  const shorter = { length: 8, scoreLength: -0.7, score: 1 };
  assert.deepEqual(codesOver(shorter, shorter, shorter).at(-1), ['length-hacking']);
});

test('one bad iteration among good ones is noise', () => {
  const collapsed = ill['entropy-collapse'];
  assert.deepEqual(codesOver(collapsed, collapsed, {}, collapsed).flat(), []);
});

test('a negative KL is told with its evidence, others with their cause and remedy', () => {
  const diagnoser = new Diagnoser(10);
  diagnoser.observe(healthy, evidence);
  const [negative] = diagnoser.observe({ ...healthy, kl: -1 }, evidence);
  assert.equal(
    negative.message,
    'Negative KL: the KL against the reference is -1 nats a sequence, 10 standard errors below zero. Temperature: seen.',
  );
  const [blown] = diagnoser.observe({ ...healthy, kl: 25 }, evidence);
  assert.match(blown.message, /^KL blow-up: 25 nats a sequence, over the limit of 10\. The policy/);
  assert.match(blown.remedy, /ppo\.klCoef/);
});

test('a restored diagnoser goes on as the one that was saved', () => {
  const saved = new Diagnoser(10);
  saved.observe(healthy, evidence);
  for (let i = 0; i < 2; i++) saved.observe({ ...healthy, score: 4 }, evidence);
  const restored = new Diagnoser(10);
  restored.restore(JSON.parse(JSON.stringify(saved.snapshot())));
  const found = restored.observe({ ...healthy, score: 4 }, evidence);
  assert.deepEqual(
    found.map(({ code }) => code),
    ['reward-out-of-range'],
  );
});
