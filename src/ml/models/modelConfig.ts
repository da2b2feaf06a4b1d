/** What a model is, apart from its numbers. Read and written as `config.json` by `configFile.ts`. */

/** What the architectures of all families have. */
interface CommonConfig {
  /** V: rows of the embedding table. */
  readonly vocabSize: number;
  /** The longest sequence. */
  readonly nCtx: number;
  /** C */
  readonly nEmbd: number;
  readonly nLayer: number;
  /** H: heads of the queries. */
  readonly nHead: number;
  /** Width inside the feed-forward part; 4·C in GPT-2. */
  readonly nInner: number;
  /** The standard deviation of new weights. */
  readonly initializerRange: number;
  /** The token that ends a text, or null where the model has none. */
  readonly endToken: number | null;
  /** The low-rank adapter that lies over the model's linear layers; absent where there is none. */
  readonly adapter?: AdapterConfig;
  /** Every other key of the `config.json` that was read, verbatim. */
  readonly otherKeys?: Readonly<Record<string, unknown>>;
}

/**
 * A low-rank adapter (LoRA, Hu et al. 2021): the output of a linear layer of width out gets
 * B·A·x · alpha / rank added, with A [rank, in] and B [out, rank].
 */
export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** The share of the inputs of A that is dropped in training. */
  readonly dropout: number;
  /** Layers by the end of their name (`c_attn`, `attn.c_proj`, `q_proj`), or every one. */
  readonly targets: readonly string[] | 'all-linear';
}

/** The architecture of a model of the GPT-2 family; H divides C. */
export interface Gpt2Config extends CommonConfig {
  readonly modelType: 'gpt2';
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
}

/** The feed-forward part's non-linearity: GELU by its tanh approximation, or ReLU. */
export type Activation = 'gelu_new' | 'relu';

/** The `model_type`s of the Llama family; the same architecture but for what {@link LlamaConfig} says. */
export const llamaTypes = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;
/** One of {@link llamaTypes}. */
export type LlamaType = (typeof llamaTypes)[number];

/** The architecture of a model of the Llama family. */
export interface LlamaConfig extends CommonConfig {
  readonly modelType: LlamaType;
  /** Hkv: heads of the keys and values, which divides H. */
  readonly nKvHead: number;
  /** D, even; H·D need not be C. */
  readonly headWidth: number;
  readonly rmsNormEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  /** Which linear layers have a bias: queries, keys and values; attention's output; feed-forward. */
  readonly biases: {
    readonly projections: boolean;
    readonly attentionOutput: boolean;
    readonly feedForward: boolean;
  };
  /** Whether the heads of queries and keys are normalised before they are turned. */
  readonly qkNorm: boolean;
  /** Whether the output head is the embedding table. */
  readonly tiedHead: boolean;
}

/** How positions beyond the context of pre-training are reached, see `rope.ts`. */
export type RopeScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalCtx: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly originalCtx: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Factor on cosines and sines. */
      readonly attentionFactor: number;
      /** Whether the ramp begins and ends at whole pairs. */
      readonly truncate: boolean;
    };

/** The architecture of a model. */
export type ModelConfig = Gpt2Config | LlamaConfig;

/** Which model `config.json` stands for: a language model, or a trunk with a scalar head. */
export type HeadKind = 'language' | 'scalar';

/** Heads and widths of a model's attention: H, Hkv and D. */
export interface AttentionShape {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headWidth: number;
}

/** The {@link AttentionShape} of a model of any family. */
export function attentionShape(config: ModelConfig): AttentionShape {
  const { nHead } = config;
  if (config.modelType === 'gpt2') {
    return { nHead, nKvHead: nHead, headWidth: config.nEmbd / nHead };
  }
  return { nHead, nKvHead: config.nKvHead, headWidth: config.headWidth };
}
