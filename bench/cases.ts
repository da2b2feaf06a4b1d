/** What `npm run bench` measures: the same cases for our engine and for its peer. */
import * as z from 'zod';

/** A GPT-2-shaped model. */
const shapeSchema = z.object({
  layers: z.int(),
  width: z.int(),
  heads: z.int(),
  vocabulary: z.int(),
});

/** One measurement. Handed as JSON to the process that measures, ours or the peer's. */
export const benchCaseSchema = z.object({
  /**
   * `train`: forward, backward, clipping and AdamW on `batch` rows of `length` tokens. `generate`:
   * `length` new tokens after prompts of `promptLength`, in `batch` rows. `rm`: one reward model step
   * on `batch` prompts with `completions` completions of `length` tokens each, prompt included.
   * `rm-pairs`: the same as pairs, each completion computed again for every pair it is in.
   * `ppo`: one PPO iteration: `batch` episodes of `length` new tokens after prompts of `promptLength`, scored by
   * reward and reference model, then `epochs` epochs in minibatches of `minibatch`.
   * `matmul`: the product of two square matrices of `length`.
   */
  task: z.enum(['train', 'generate', 'rm', 'rm-pairs', 'ppo', 'matmul']),
  /** For the table: "0.9 M". */
  name: z.string(),
  shape: shapeSchema,
  batch: z.int(),
  length: z.int(),
  promptLength: z.int().default(0),
  completions: z.int().default(1),
  minibatch: z.int().default(0),
  epochs: z.int().default(0),
  threads: z.int(),
});
/** See {@link benchCaseSchema}. */
export type BenchCase = z.infer<typeof benchCaseSchema>;
/** What is measured. */
export type BenchTask = BenchCase['task'];

const small = { layers: 4, width: 128, heads: 4, vocabulary: 1024 };
const medium = { layers: 6, width: 384, heads: 6, vocabulary: 4096 };
const large = { layers: 12, width: 768, heads: 12, vocabulary: 50257 };

const none = { promptLength: 0, completions: 1, minibatch: 0, epochs: 0 };
const ppo = { promptLength: 16, epochs: 2 };

/** Every case but the machine's ceiling, in the order of the table. */
const cases: readonly Omit<BenchCase, 'threads'>[] = [
  { task: 'train', name: '0.9 M', shape: small, batch: 16, length: 64 },
  { task: 'train', name: '12 M', shape: medium, batch: 8, length: 128 },
  { task: 'train', name: '124 M', shape: large, batch: 2, length: 256 },
  { task: 'generate', name: '0.9 M', shape: small, batch: 32, promptLength: 16, length: 64 },
  { task: 'generate', name: '12 M', shape: medium, batch: 16, promptLength: 16, length: 64 },
  { task: 'generate', name: '124 M', shape: large, batch: 1, promptLength: 16, length: 32 },
  { task: 'generate', name: '124 M', shape: large, batch: 16, promptLength: 16, length: 32 },
  { task: 'rm', name: '0.9 M', shape: small, batch: 8, completions: 4, length: 64 },
  { task: 'rm', name: '0.9 M', shape: small, batch: 4, completions: 9, length: 64 },
  { task: 'ppo', name: '0.9 M', shape: small, batch: 64, ...ppo, length: 48, minibatch: 16 },
  { task: 'ppo', name: '12 M', shape: medium, batch: 32, ...ppo, length: 48, minibatch: 8 },
  { task: 'ppo', name: '124 M', shape: large, batch: 8, ...ppo, length: 32, minibatch: 4 },
].map((entry) => ({ ...none, ...entry }) as Omit<BenchCase, 'threads'>);

/** Products of square matrices; the fastest one's rate is the machine's ceiling. */
export function products(threads: number): BenchCase[] {
  const shape = { layers: 0, width: 0, heads: 0, vocabulary: 0 };
  const rest = { ...none, name: 'product', shape, batch: 1, threads };
  return [1024, 2048].map((length) => ({ task: 'matmul', length, ...rest }));
}

/** The cases of a run. `sizes` and `tasks` are what the user asked for; empty for all. */
export function casesFor(
  threads: number,
  tasks: readonly string[],
  sizes: readonly string[],
): BenchCase[] {
  return cases
    .filter(({ task }) => tasks.length === 0 || tasks.includes(task))
    .filter(({ name }) => sizes.length === 0 || sizes.includes(name.replace(' ', '').toLowerCase()))
    .map((entry) => ({ ...entry, threads }));
}

/** Tokens that one round of a case works on: new tokens of a generation or of PPO's
 * episodes, all tokens of a training step. */
export function tokensOf({ batch, length, completions }: BenchCase): number {
  return batch * length * completions;
}
