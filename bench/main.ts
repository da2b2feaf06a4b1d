/** `npm run bench`: how fast the engine trains and samples here; medians over alternating rounds. */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Random } from '../src/data/random.ts';
import { Generator, initialise, type ModelConfig } from '../src/ml/models/index.ts';
import { Learner } from '../src/ml/rlhf/learner.ts';
import { packBatch, shapeKey } from '../src/ml/rlhf/batch.ts';
import { crossEntropy } from '../src/ml/rlhf/losses.ts';
import { batchFeeds, logprobsAt } from '../src/ml/rlhf/passes.ts';
import { input } from '../src/ml/graph/index.ts';

const usage = `Measures training and sampling at the embedded model's size.

  npm run bench [-- options]

  --threads N   threads of one operation; the machine's cores when absent
  --rounds N    measured rounds of each task; 9 when absent
  --json        one JSON object a line instead of the table`;

/** One task's result, in the form that later comparisons with a peer extend. */
interface Measured {
  readonly task: 'train' | 'generate';
  readonly parameters: number;
  readonly batch: number;
  readonly length: number;
  readonly threads: number;
  readonly ours: { readonly tokensPerSecond: number; readonly peakRssMb: number };
}

const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: 1024,
  nCtx: 128,
  nEmbd: 128,
  nLayer: 4,
  nHead: 4,
  nInner: 512,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  endToken: null,
};
const settings = {
  adamBeta1: 0.9,
  adamBeta2: 0.95,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
};

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const threads = Number(values.threads);
const rounds = Number(values.rounds);
const random = new Random(0);
const parameters = initialise(config, 'language', random);

const train = { batch: 16, length: 64 };
const learner = new Learner('policy', parameters.clone(), settings, { threads });
const rows = Array.from({ length: train.batch }, () => ({
  prompt: [],
  completion: Array.from({ length: train.length }, () => random.integer(config.vocabSize)),
}));
const batch = packBatch(rows, 'all', config.nCtx);

/** Forward, backward, clipping and AdamW; milliseconds. */
async function trainOnce(): Promise<number> {
  const started = performance.now();
  await learner.step({
    key: shapeKey(batch.shape),
    graph: () => {
      const { logprobs, trainable } = logprobsAt(config, batch.shape, 1);
      return {
        loss: crossEntropy(logprobs, input('weights', [batch.shape.positions])),
        trainable,
      };
    },
    feeds: {
      ...batchFeeds(batch),
      targets: batch.targets,
      weights: new Float32Array(batch.shape.positions).fill(1 / batch.shape.positions),
    },
    learningRate: 1e-4,
  });
  return performance.now() - started;
}

const sampling = { batch: 32, length: 64 };
const generator = new Generator(config, { threads }, sampling.batch);
const prompts = Array.from({ length: sampling.batch }, () =>
  Array.from({ length: 16 }, () => random.integer(config.vocabSize)),
);

/** A batch of prompts of 16 tokens with `length` new tokens each; milliseconds. */
async function generateOnce(): Promise<number> {
  const started = performance.now();
  await generator.generate(parameters, prompts, {
    maxNewTokens: sampling.length,
    temperature: 1,
    endToken: null,
    random: new Random(1),
  });
  return performance.now() - started;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

await trainOnce(); // compiles
await generateOnce();
const times: { train: number[]; generate: number[] } = { train: [], generate: [] };
for (let round = 0; round < rounds; round++) {
  times.train.push(await trainOnce());
  times.generate.push(await generateOnce());
}
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
const result = (
  task: Measured['task'],
  shape: { readonly batch: number; readonly length: number },
): Measured => ({
  task,
  parameters: parameters.size,
  ...shape,
  threads,
  ours: {
    tokensPerSecond: Math.round((shape.batch * shape.length * 1000) / median(times[task])),
    peakRssMb,
  },
});
const results = [result('train', train), result('generate', sampling)];
if (values.json) {
  for (const line of results) console.log(JSON.stringify(line));
} else {
  console.log('task      parameters  batch × tokens  threads  tokens/s (median)');
  for (const { task, parameters: size, batch: b, length, threads: t, ours } of results) {
    const shape = `${b} × ${length}`;
    console.log(
      `${task.padEnd(9)} ${String(size).padStart(10)}  ${shape.padStart(14)}  ${String(t).padStart(7)}  ${String(ours.tokensPerSecond).padStart(17)}`,
    );
  }
  console.log(`peak memory of the process: ${peakRssMb} MB`);
}
learner.dispose();
generator.dispose();
