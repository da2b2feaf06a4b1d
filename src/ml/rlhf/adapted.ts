/** Training an adapter over a frozen model instead of all its weights. */
import { Random } from '../../data/random.ts';
import {
  mergedParameters,
  withAdapter,
  withoutAdapter,
  type AdapterConfig,
  type HeadKind,
  type LanguageModel,
  type ModelConfig,
  type TrainedAdapter,
} from '../models/index.ts';
import { ParameterBuffer } from '../runtime/index.ts';

/** The adapter's hyper-parameters, by the names of the table. */
export interface AdapterSettings {
  /** 0 trains all weights. */
  readonly loraRank: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  /** Layers by name, with commas between, or `all-linear`. */
  readonly loraTargets: string;
}

/**
 * The model that a stage trains: the one given, or a new adapter over it, which changes nothing yet.
 *
 * @throws InstructError `bad-hyperparameter` where a target names no layer of the model.
 */
export function adapted(
  model: LanguageModel,
  { loraRank, loraAlpha, loraDropout, loraTargets }: AdapterSettings,
  seed: number,
): LanguageModel {
  const adapter = adapterOf({ loraRank, loraAlpha, loraDropout, loraTargets });
  if (adapter === null) return model;
  return withAdapter(model, adapter, new Random(`adapter ${seed}`));
}

/** The architecture with the adapter that the settings ask for, if they ask for one. */
export function adaptedConfig(
  config: ModelConfig,
  {
    loraRank = 0,
    loraAlpha = 1,
    loraDropout = 0,
    loraTargets = 'all-linear',
  }: Partial<AdapterSettings>,
): ModelConfig {
  const adapter = adapterOf({ loraRank, loraAlpha, loraDropout, loraTargets });
  return adapter === null ? config : { ...config, adapter };
}

function adapterOf({
  loraRank,
  loraAlpha,
  loraDropout,
  loraTargets,
}: AdapterSettings): AdapterConfig | null {
  if (loraRank === 0) return null;
  const targets =
    loraTargets === 'all-linear'
      ? ('all-linear' as const)
      : loraTargets.split(',').map((target) => target.trim());
  return { rank: loraRank, alpha: loraAlpha, dropout: loraDropout, targets };
}

/**
 * A trained model as it is kept: with its adapter worked in, and the adapter for itself. The numbers
 * are those learned and those that lay under the adapter, not copies: nothing can be learned any more.
 */
export function keptModel<Model extends LanguageModel>(
  model: Model,
  learned: ParameterBuffer,
  head: HeadKind = 'language',
): { readonly model: Model; readonly adapter?: TrainedAdapter } {
  const { config } = model;
  if (config.adapter === undefined) return { model: { ...model, parameters: learned } };
  const parameters = mergedParameters(config, learned, head);
  return {
    model: { ...model, config: withoutAdapter(config), parameters },
    adapter: { config, parameters: new ParameterBuffer(learned.entries, learned.data) },
  };
}
