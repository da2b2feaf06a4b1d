/** Which family a model belongs to. */
import type { Family } from './family.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import type { ModelConfig } from './modelConfig.ts';

/** The architecture that a config describes. */
export function familyOf(config: ModelConfig): Family {
  return config.modelType === 'gpt2' ? gpt2(config) : llama(config);
}
