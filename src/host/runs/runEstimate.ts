/** What a run will need, told before it starts: memory from its models, time from runs like it. */
import type { HyperparameterValue } from '../../protocol/hyperparameters.ts';
import type { Stage } from '../../protocol/run.ts';
import type { RunView } from '../../protocol/runFold.ts';

/** Copies of a model's weights that a stage holds, in float32 weights. */
interface Copies {
  /** Trained: weights, gradients and AdamW's two moments. */
  readonly trained: number;
  /** Only run forward. */
  readonly frozen: number;
}

/** Each stage's models. PPO trains policy and value model, and runs the reference and the reward model. */
const copies: Readonly<Record<Stage, Copies>> = {
  pretrain: { trained: 1, frozen: 0 },
  sft: { trained: 1, frozen: 0 },
  rm: { trained: 1, frozen: 0 },
  ppo: { trained: 2, frozen: 2 },
  dpo: { trained: 1, frozen: 1 },
  expert: { trained: 1, frozen: 2 },
  sample: { trained: 0, frozen: 1 },
  rank: { trained: 0, frozen: 0 },
  eval: { trained: 0, frozen: 2 },
  pipeline: { trained: 2, frozen: 2 },
};

/** The shape of a model, as far as memory goes. */
export interface ModelSize {
  /** Bytes of its weights in float32. */
  readonly weightBytes: number;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
}

/** The process itself with ONNX Runtime and its compiled programs. */
const processBytes = 250e6;

/**
 * Memory of a run at its fullest, in bytes. Activations: 34 values of two bytes a token, layer and
 * unit of width for a transformer layer (Korthikanti et al. 2022, arXiv 2205.05198, section 4.1),
 * in float32 twice that, and the logits with their gradients.
 */
export function memoryBytes(stage: Stage, model: ModelSize, tokensPerStep: number): number {
  const { trained, frozen } = copies[stage];
  const weights = (4 * trained + frozen) * model.weightBytes;
  const perToken = trained > 0 ? 68 * model.layers * model.width + 8 * model.vocabulary : 0;
  return processBytes + weights + tokensPerStep * perToken;
}

/**
 * Tokens of the largest batch that a stage's hyper-parameters ask for, at full length. A reward
 * model's example is a prompt with all its ranked completions.
 */
export function tokensPerStep(
  settings: Readonly<Record<string, HyperparameterValue>>,
  contextTokens: number,
  sequencesPerExample: number,
): number {
  const size = settings['minibatchSize'] ?? settings['batchSize'];
  return (typeof size === 'number' ? size : 8) * sequencesPerExample * contextTokens;
}

/** Seconds at work of the newest finished run in the list; undefined when there is none. */
export function secondsOfLast(views: readonly RunView[]): number | undefined {
  const last = views.find(({ state }) => state === 'finished');
  const seconds = [...(last?.metrics.values() ?? [])].map((series) => series.seconds.at(-1) ?? 0);
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

/** A size for people: "340 MB", "2.1 GB". */
export function inBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
