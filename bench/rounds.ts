/** One round of every case on our engine. */
import { Random } from '../src/data/random.ts';
import { gradients, input, matMul, topologicalOrder } from '../src/ml/graph/index.ts';
import type { Tensor } from '../src/ml/graph/index.ts';
import { Generator, initialise, type ModelConfig } from '../src/ml/models/index.ts';
import { packBatch, shapeKey, type TokenSequence } from '../src/ml/rlhf/batch.ts';
import { packComparisons, pairsOf } from '../src/ml/rlhf/comparisons.ts';
import { Learner } from '../src/ml/rlhf/learner.ts';
import type { LossPass } from '../src/ml/rlhf/stepper.ts';
import { crossEntropy, rankingLoss } from '../src/ml/rlhf/losses.ts';
import { batchFeeds, logprobsAt, scalarsAt } from '../src/ml/rlhf/passes.ts';
import { Program } from '../src/ml/runtime/index.ts';
import type { TrainingGraph } from '../src/ml/runtime/index.ts';
import type { BenchCase, BenchTask } from './cases.ts';
import { preparePpo } from './ppoRound.ts';

/** A case made ready. */
export interface Prepared {
  readonly parameters: number;
  /** Floating-point operations of one round's matrix products, where they are known. */
  readonly flops?: number;
  /** Does it once. */
  readonly round: () => Promise<unknown>;
}

const optimizer = {
  adamBeta1: 0.9,
  adamBeta2: 0.95,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
};

const preparations = {
  train: prepareTraining,
  generate: prepareGeneration,
  rm: (benchCase) => prepareRanking(benchCase, rankingOf),
  'rm-pairs': (benchCase) => prepareRanking(benchCase, rankingAsPairs),
  ppo: (benchCase) => preparePpo(benchCase, configOf(benchCase)),
  matmul: prepareProduct,
} as const satisfies Record<BenchTask, (benchCase: BenchCase) => Prepared | Promise<Prepared>>;

/** Makes a case ready on our engine. */
export async function prepare(benchCase: BenchCase): Promise<Prepared> {
  return preparations[benchCase.task](benchCase);
}

function configOf({ shape, promptLength, length }: BenchCase): ModelConfig {
  return {
    modelType: 'gpt2',
    vocabSize: shape.vocabulary,
    nCtx: promptLength + length,
    nEmbd: shape.width,
    nLayer: shape.layers,
    nHead: shape.heads,
    nInner: 4 * shape.width,
    activation: 'gelu_new',
    layerNormEpsilon: 1e-5,
    initializerRange: 0.02,
    endToken: null,
  };
}

function someTokens(count: number, { shape }: BenchCase, random: Random): number[] {
  return Array.from({ length: count }, () => random.integer(shape.vocabulary));
}

function prepareTraining(benchCase: BenchCase): Prepared {
  const config = configOf(benchCase);
  const random = new Random(0);
  const sequences = Array.from({ length: benchCase.batch }, () => ({
    prompt: [],
    completion: someTokens(benchCase.length, benchCase, random),
  }));
  const batch = packBatch(sequences, 'all', config.nCtx);
  const { positions } = batch.shape;
  const graph = (): TrainingGraph => {
    const { logprobs, trainable } = logprobsAt(config, batch.shape, 1);
    return { loss: crossEntropy(logprobs, input('weights', [positions])), trainable };
  };
  return training(benchCase, config, 'language', {
    key: shapeKey(batch.shape),
    graph,
    feeds: {
      ...batchFeeds(batch),
      targets: batch.targets,
      weights: new Float32Array(positions).fill(1 / positions),
    },
  });
}

function training(
  { threads }: BenchCase,
  config: ModelConfig,
  head: 'language' | 'scalar',
  pass: LossPass,
): Prepared {
  const parameters = initialise(config, head, new Random(1));
  const learner = new Learner('policy', parameters, optimizer, { threads });
  const { loss, trainable } = pass.graph();
  return {
    parameters: parameters.size,
    flops: flopsOf([loss, ...gradients(loss, trainable)]),
    round: () => learner.step([pass], 1e-4),
  };
}

function prepareGeneration(benchCase: BenchCase): Prepared {
  const config = configOf(benchCase);
  const random = new Random(0);
  const { batch, promptLength, length, threads } = benchCase;
  const prompts = Array.from({ length: batch }, () => someTokens(promptLength, benchCase, random));
  const parameters = initialise(config, 'language', new Random(1));
  const generator = new Generator(config, { threads }, batch);
  return {
    parameters: parameters.size,
    round: () =>
      generator.generate(parameters, prompts, {
        maxNewTokens: length,
        temperature: 1,
        endTokens: [],
        random: new Random(2),
      }),
  };
}

/** Completions of one prompt as rows of a batch, and the pairs among these rows. */
interface RankingRows {
  readonly sequences: readonly TokenSequence[];
  readonly pairs: readonly (readonly [number, number])[];
}

/** K rows a prompt. */
function rankingOf(completions: readonly TokenSequence[]): RankingRows {
  return { sequences: completions, pairs: pairsOf(completions.map((_, i) => [i])) };
}

/** Two rows for each of a prompt's C(K, 2) pairs. */
function rankingAsPairs(completions: readonly TokenSequence[]): RankingRows {
  const pairs = pairsOf(completions.map((_, i) => [i]));
  return {
    sequences: pairs.flatMap(([better, worse]) => [completions[better], completions[worse]]),
    pairs: pairs.map((_, i) => [2 * i, 2 * i + 1]),
  };
}

function prepareRanking(
  benchCase: BenchCase,
  rowsOf: (completions: readonly TokenSequence[]) => RankingRows,
): Prepared {
  const config = configOf(benchCase);
  const random = new Random(0);
  const rankings = Array.from({ length: benchCase.batch }, () =>
    rowsOf(
      Array.from({ length: benchCase.completions }, () => ({
        prompt: [],
        completion: someTokens(benchCase.length, benchCase, random),
      })),
    ),
  );
  const sequences = rankings.flatMap((ranking) => ranking.sequences);
  const batch = packBatch(sequences, 'last', config.nCtx);
  const comparisons = packComparisons(rankings, 'remaining');
  const pairs = [comparisons.weights.length];
  const graph = (): TrainingGraph => {
    const { scalars, trainable } = scalarsAt(config, batch.shape);
    const inputs = {
      chosen: input('chosen', pairs, 'int32'),
      rejected: input('rejected', pairs, 'int32'),
      weights: input('weights', pairs),
    };
    return { ...rankingLoss(scalars, inputs), trainable };
  };
  return training(benchCase, config, 'scalar', {
    key: shapeKey(batch.shape),
    graph,
    feeds: { ...batchFeeds(batch), ...comparisons },
  });
}

async function prepareProduct({ length, threads }: BenchCase): Promise<Prepared> {
  const shape = [length, length];
  const y = matMul(input('a', shape), input('b', shape));
  const program = await Program.compile({ y }, { threads });
  const random = new Random(0);
  const matrix = (): Float32Array =>
    Float32Array.from({ length: length * length }, () => random.uniform() - 0.5);
  const feeds = { a: matrix(), b: matrix() };
  const into = { y: matrix() };
  return { parameters: 0, flops: flopsOf([y]), round: () => program.run(feeds, into) };
}

/** Multiplications and additions of all matrix products that the outputs need. */
function flopsOf(outputs: readonly Tensor[]): number {
  return topologicalOrder(outputs)
    .filter(({ op }) => op === 'matMul')
    .reduce((sum, { inputs: [a, b], shape }) => {
      const size = (sizes: readonly number[]): number => sizes.reduce((x, y) => x * y, 1);
      // M·N·K from M·K, K·N and M·N, whichever way the operands are read.
      const batchSize = size(shape.slice(0, -2));
      const [mk, kn, mn] = [a, b, { shape }].map((tensor) => size(tensor.shape.slice(-2)));
      return sum + 2 * batchSize * Math.sqrt(mk * kn * mn);
    }, 0);
}
