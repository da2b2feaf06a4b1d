/**
 * Models as a Hugging Face `config.json`. A key that would change the numbers in a way that is not
 * implemented is refused by name; the others are kept, so that a folder read and written again says
 * what it said.
 */
import * as z from 'zod';
import { jsonChecker } from '../../data/jsonCheck.ts';
import { gpt2Keys, readGpt2Config } from './gpt2ConfigFile.ts';
import { llamaKeys, readLlamaConfig } from './llamaConfigFile.ts';
import { llamaTypes } from './modelConfig.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { badConfig, sharedKeys } from './sharedConfigKeys.ts';

/** A `config.json` as read. */
export interface ReadConfig {
  readonly config: ModelConfig;
  readonly head: HeadKind;
  /** What is added to the scalar head's output; 0 for a language model. */
  readonly rewardBias: number;
  /** `Tokenizer.vocabularyDigest` of the tokenizer the model was trained with, where it is known. */
  readonly vocabularyDigest: string | null;
}

const schema = z.looseObject({ ...sharedKeys, model_type: z.enum(['gpt2', ...llamaTypes]) });
const check = jsonChecker(schema);
type SharedConfig = z.infer<typeof schema>;

/** The names of transformers' classes begin with these. */
const classNames = {
  gpt2: 'GPT2',
  llama: 'Llama',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
} as const satisfies Record<ModelConfig['modelType'], string>;

/** Keys that are written anew: those of the family are too. */
const writtenKeys = new Set([
  ...Object.keys(sharedKeys),
  'model_type',
  'n_ctx',
  'num_labels',
  'label2id',
  'problem_type',
  'torch_dtype',
  'dtype',
  'rope_parameters',
  'original_max_position_embeddings',
]);

/**
 * Reads the text of a `config.json`.
 *
 * @throws InstructError `bad-model` naming the key and the value that is not supported.
 */
export function parseConfig(text: string, path: string): ReadConfig {
  const result = check(text);
  if (!result.ok) {
    const [issue] = result.issues;
    throw badConfig(path, issue.message, issue.path.map(String).join('.'));
  }
  const hf = result.value;
  const config =
    hf.model_type === 'gpt2' ? readGpt2Config(text, path) : readLlamaConfig(text, path);
  const written = new Set([...writtenKeys, ...Object.keys(familyKeys(config))]);
  const others = Object.entries(hf).filter(([key]) => !written.has(key));
  // A model may have several tokens that end a text; transformers stops at each.
  if (Array.isArray(hf.eos_token_id)) others.push(['eos_token_id', hf.eos_token_id]);
  return {
    config: { ...config, otherKeys: Object.fromEntries(others) },
    head: headOf(hf, path),
    rewardBias: hf.instruct_studio?.reward_bias ?? 0,
    vocabularyDigest: hf.instruct_studio?.vocabulary_sha256 ?? null,
  };
}

function familyKeys(config: ModelConfig): Record<string, unknown> {
  return config.modelType === 'gpt2' ? gpt2Keys(config) : llamaKeys(config);
}

function headOf(hf: SharedConfig, path: string): HeadKind {
  const scalar = className(hf.model_type, 'scalar');
  const language = className(hf.model_type, 'language');
  const [name = language] = hf.architectures ?? [];
  if (name === language || name === `${classNames[hf.model_type]}Model`) return 'language';
  if (name !== scalar) {
    const message = `architectures: expected ${language} or ${scalar}, got "${name}"`;
    throw badConfig(path, message, 'architectures');
  }
  const labels = Object.keys(hf.id2label ?? {}).length;
  if (labels !== 1) {
    throw badConfig(path, `id2label: expected one label, a reward, got ${labels}`, 'id2label');
  }
  return 'scalar';
}

function className(type: ModelConfig['modelType'], head: HeadKind): string {
  const language = type === 'gpt2' ? 'LMHeadModel' : 'ForCausalLM';
  return classNames[type] + (head === 'scalar' ? 'ForSequenceClassification' : language);
}

/** The text of a `config.json` that transformers and {@link parseConfig} read. */
export function configText(
  { config, head, rewardBias, vocabularyDigest }: ReadConfig,
  dtype: string,
): string {
  const scalar = head === 'scalar';
  const keys = {
    architectures: [className(config.modelType, head)],
    model_type: config.modelType,
    ...(config.modelType === 'gpt2'
      ? { attn_pdrop: 0, embd_pdrop: 0, resid_pdrop: 0 }
      : { attention_dropout: 0 }),
    bos_token_id: config.endToken,
    eos_token_id: config.endToken,
    // Sequence classification finds a row's last token by its padding: the end token is none.
    pad_token_id: null,
    ...familyKeys(config),
    use_cache: true,
    ...config.otherKeys,
    torch_dtype: dtype,
    ...(scalar && { id2label: { 0: 'reward' }, label2id: { reward: 0 } }),
    instruct_studio: {
      ...(scalar && { reward_bias: rewardBias }),
      ...(vocabularyDigest !== null && { vocabulary_sha256: vocabularyDigest }),
    },
  };
  return `${JSON.stringify(keys, null, 2)}\n`;
}
