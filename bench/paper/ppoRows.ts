/** Rows 9, 10, 13, 14 and 15: what the coefficients of PPO do, what it costs, and averaging. */
import type { LanguageModel } from '../../src/ml/models/index.ts';
import type { Laboratory, TokenCount } from './laboratory.ts';
import { webLoss } from './modelRows.ts';
import { overSeeds, text } from './numbers.ts';
import type { Row, Series } from './row.ts';

/** A policy and how it stood at the end of its training. */
interface Trained {
  readonly gold: number;
  readonly webLoss: number;
  /** Means over the last three iterations. */
  readonly kl: number;
  readonly score: number;
}

/** PPO of a sweep with settings, measured on the validation prompts. */
function sweepPoint(
  laboratory: Laboratory,
  name: string,
  settings: Record<string, number>,
): Promise<Trained> {
  return laboratory.once(`sweep ${name}`, async () => {
    const kls: number[] = [];
    const scores: number[] = [];
    const model = await laboratory.trainPpo(
      { iterations: laboratory.size.sweepIterations, ...settings },
      (_, { metrics }) => {
        kls.push(metrics['ppo/kl']);
        scores.push(metrics['ppo/score']);
      },
    );
    return {
      gold: await goldOf(laboratory, model),
      webLoss: await webLoss(laboratory, model),
      kl: mean(kls.slice(-3)),
      score: mean(scores.slice(-3)),
    };
  });
}

async function goldOf(laboratory: Laboratory, model: LanguageModel): Promise<number> {
  const answers = await laboratory.answer(model, laboratory.prompts.valid, 'sweep');
  return mean(answers.map(({ score }) => score));
}

const columns = ['web text loss', 'KL, nats', 'score', 'gold score'];

async function sweep(
  laboratories: readonly Laboratory[],
  key: string,
  values: readonly number[],
  fixed: Record<string, number>,
): Promise<{ points: Trained[][]; rows: string[][] }> {
  const points: Trained[][] = [];
  for (const value of values) {
    const own: Trained[] = [];
    for (const laboratory of laboratories) {
      own.push(await sweepPoint(laboratory, `${key} ${value}`, { ...fixed, [key]: value }));
    }
    points.push(own);
  }
  const rows = points.map((own, i) => [
    String(values[i]),
    text(overSeeds(own.map((point) => point.webLoss))),
    text(overSeeds(own.map(({ kl }) => kl)), 2),
    text(overSeeds(own.map(({ score }) => score)), 2),
    text(overSeeds(own.map(({ gold }) => gold)), 2),
  ]);
  return { points, rows };
}

const meanOf = (points: readonly Trained[][], pick: (point: Trained) => number): number[] =>
  points.map((own) => mean(own.map(pick)));

const gammas = [0.02, 0.1, 0.5, 2, 8];

const gammaSweep: Row = {
  id: '09-gamma',
  title: 'The weight γ of pre-training text',
  claim:
    'With γ the losses on public tasks go away, while the reward falls: slowly first, then fast.',
  quickSeeds: 1,
  async run(laboratories) {
    const { points, rows } = await sweep(laboratories, 'ptxCoef', gammas, {});
    const losses = meanOf(points, (point) => point.webLoss);
    const scores = meanOf(points, ({ score }) => score);
    const falls = losses.every((loss, i) => i === 0 || loss < losses[i - 1] + 0.01);
    return {
      head: ['γ (losses are means over tokens)', ...columns],
      rows,
      reproduced: falls && scores[scores.length - 1] < Math.max(...scores),
      finding: `The loss on web text goes from ${losses[0].toFixed(2)} to ${losses[losses.length - 1].toFixed(2)} nats a token, the score from ${scores[0].toFixed(2)} to ${scores[scores.length - 1].toFixed(2)}.`,
      plots: [plot('γ', 'web text loss', gammas, losses), plot('γ', 'score', gammas, scores)],
    };
  },
};

const betas = [0, 0.02, 0.15, 0.6, 2.4];

const betaSweep: Row = {
  id: '10-beta',
  title: 'The weight β of the KL penalty',
  claim:
    'A larger β does not make good what PPO loses on public tasks; quality is best in the middle.',
  quickSeeds: 1,
  async run(laboratories) {
    const { points, rows } = await sweep(laboratories, 'klCoef', betas, { learningRate: 4e-4 });
    const losses = meanOf(points, (point) => point.webLoss);
    const golds = meanOf(points, ({ gold }) => gold);
    const kls = meanOf(points, ({ kl }) => kl);
    const base = mean(
      await each(laboratories, (laboratory) => webLoss(laboratory, laboratory.base)),
    );
    const best = golds.indexOf(Math.max(...golds));
    return {
      head: ['β', ...columns],
      rows,
      reproduced:
        Math.min(...losses) > base + 0.1 && kls[0] > kls[kls.length - 1] && best < golds.length - 1,
      finding: `KL falls from ${kls[0].toFixed(2)} to ${kls[kls.length - 1].toFixed(2)} nats, but the loss on web text stays at ${Math.min(...losses).toFixed(2)} or above (base ${base.toFixed(2)}); the gold score is best at β = ${betas[best]}.`,
      plots: [plot('β', 'gold score', betas.slice(1), golds.slice(1))],
    };
  },
};

const highRate: Row = {
  id: '13-high-rate',
  title: 'PPO at a high learning rate, with and without ptx',
  claim: 'Without pre-training text PPO diverged at rates above 8.05e-6; with it, it did not.',
  quickSeeds: 1,
  async run(laboratories) {
    const fast = { learningRate: 1.2e-3, klCoef: 0.02, emaDecay: 0 };
    const plain = await each(laboratories, (laboratory) => sweepPoint(laboratory, 'fast', fast));
    const ptx = await each(laboratories, (laboratory) =>
      sweepPoint(laboratory, 'fast ptx', { ...fast, ptxCoef: 0.5 }),
    );
    const line = (name: string, points: readonly Trained[]): string[] => [
      name,
      text(overSeeds(points.map((point) => point.webLoss))),
      text(overSeeds(points.map(({ kl }) => kl)), 2),
      text(overSeeds(points.map(({ score }) => score)), 2),
      text(overSeeds(points.map(({ gold }) => gold)), 2),
    ];
    const [lossPlain, lossPtx] = [plain, ptx].map((points) => mean(points.map((p) => p.webLoss)));
    const [klPlain, klPtx] = [plain, ptx].map((points) => mean(points.map(({ kl }) => kl)));
    return {
      head: ['six times the learning rate', ...columns],
      rows: [line('PPO', plain), line('PPO-ptx', ptx)],
      reproduced: lossPtx < lossPlain && klPtx < klPlain,
      finding: `Loss on web text ${lossPlain.toFixed(2)} without and ${lossPtx.toFixed(2)} with ptx; KL ${klPlain.toFixed(1)} and ${klPtx.toFixed(1)} nats.`,
    };
  },
};

/** Floating-point operations a parameter and token: forward and backward, or forward alone. */
const trainingOps = 6;
const readingOps = 2;

const cost: Row = {
  id: '14-cost',
  title: 'What each stage costs',
  claim:
    'SFT 4.9, PPO-ptx 60, GPT-3 3,640 petaflop/s-days: aligning costs under 2 % of pre-training.',
  quickSeeds: Infinity,
  async run(laboratories) {
    for (const laboratory of laboratories) {
      await laboratory.ppo();
      await laboratory.ppoPtx();
    }
    const [{ base, size }] = laboratories;
    const tokens = (stage: string): number => firstOf(laboratories, stage)?.tokens ?? 0;
    const rollouts = tokens('ppo-ptx');
    const ptxTokens = size.iterations * 4 * 8 * base.config.nCtx; // 4 minibatches of 8 rows
    const pretraining = 12_000 * 12 * 128; // the model card's command
    const work = {
      'pre-training': trainingOps * pretraining,
      SFT: trainingOps * tokens('sft'),
      // Sampling, reference, reward and value are forward passes; policy and value learn.
      PPO: (4 * readingOps + 2 * trainingOps) * tokens('ppo'),
      'PPO-ptx': (4 * readingOps + 2 * trainingOps) * rollouts + trainingOps * ptxTokens,
    };
    const scale = base.parameters.size / 1e12;
    const share = (work['PPO-ptx'] / work['pre-training']) * 100;
    return {
      head: ['stage', 'teraflop', 'of pre-training'],
      rows: Object.entries(work).map(([stage, ops]) => [
        stage,
        (ops * scale).toFixed(1),
        `${((100 * ops) / work['pre-training']).toFixed(1)} %`,
      ]),
      reproduced: work.SFT < work['PPO-ptx'] && share < 2,
      finding: `PPO-ptx costs ${share.toFixed(0)} % of pre-training (paper: under 2 %), SFT ${((100 * work.SFT) / work['pre-training']).toFixed(1)} %: the base here is pre-trained for minutes.`,
    };
  },
};

const averaging: Row = {
  id: '15-averaging',
  title: 'The moving average of the policy',
  claim:
    'The paper evaluates an average of the policy’s weights (decay 0.992 over 500 iterations).',
  quickSeeds: 1,
  async run(laboratories) {
    const fast = { learningRate: 6e-4 };
    const last = await each(laboratories, (laboratory) =>
      sweepPoint(laboratory, 'last', { ...fast, emaDecay: 0 }),
    );
    const average = await each(laboratories, (laboratory) =>
      sweepPoint(laboratory, 'average', { ...fast, emaDecay: 0.8 }),
    );
    const line = (name: string, points: readonly Trained[]): string[] => [
      name,
      text(overSeeds(points.map((point) => point.webLoss))),
      text(overSeeds(points.map(({ gold }) => gold)), 2),
    ];
    const [lossLast, lossAverage] = [last, average].map((points) =>
      mean(points.map((p) => p.webLoss)),
    );
    const [goldLast, goldAverage] = [last, average].map((points) =>
      mean(points.map(({ gold }) => gold)),
    );
    return {
      head: ['policy', 'web text loss', 'gold score'],
      rows: [line('last', last), line('average', average)],
      reproduced: lossAverage < lossLast,
      finding: `Loss on web text ${lossLast.toFixed(3)} for the last policy, ${lossAverage.toFixed(3)} for the average; gold score ${goldLast.toFixed(2)} and ${goldAverage.toFixed(2)}.`,
    };
  },
};

async function each<T>(
  laboratories: readonly Laboratory[],
  run: (laboratory: Laboratory) => Promise<T>,
): Promise<T[]> {
  const all: T[] = [];
  for (const laboratory of laboratories) all.push(await run(laboratory));
  return all;
}

function firstOf(laboratories: readonly Laboratory[], stage: string): TokenCount | undefined {
  return laboratories[0].costs.find((one) => one.stage === stage);
}

function plot(x: string, y: string, xs: readonly number[], ys: readonly number[]) {
  const series: Series[] = [{ name: y, points: xs.map((value, i) => [value, ys[i]] as const) }];
  return { title: `${y} by ${x}`, x, y, logX: true, series };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** See the file's header. */
export const ppoRows: readonly Row[] = [gammaSweep, betaSweep, highRate, cost, averaging];
