/** A language model as public tasks use it. */
import { Random } from '../../data/index.ts';
import { Generator, type LanguageModel } from '../../ml/models/index.ts';
import { optionLogprobs } from '../../ml/rlhf/index.ts';
import type { TaskModel } from './publicTask.ts';

/**
 * Prompts that leave no room for `maxNewTokens` lose their beginning. The model stays the caller's.
 */
export function taskModel(model: LanguageModel, maxNewTokens: number): TaskModel {
  return {
    choose: (questions) => optionLogprobs(model, questions),
    async complete(prompts) {
      const { config, tokenizer, parameters } = model;
      const room = Math.max(1, config.nCtx - maxNewTokens);
      const generator = new Generator(config);
      try {
        const drawn = await generator.generate(
          parameters,
          prompts.map((prompt) => tokenizer.encode(prompt).slice(-room)),
          { maxNewTokens, temperature: 0, endTokens: tokenizer.endTokens, random: new Random(0) },
        );
        return drawn.map(({ tokens }) =>
          firstLine(tokenizer.decode(tokens, { skipSpecial: true })),
        );
      } finally {
        generator.dispose();
      }
    },
  };
}

/** What was written before the first line break; those that come before any word do not count. */
function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0].trim();
}
