/** Multiple choice by log-probability (Ouyang et al. 2022, appendix D). */
import type { LanguageModel } from '../models/index.ts';
import { sequenceLength, type TokenSequence } from './batch.ts';
import { LogprobPass } from './passes.ts';

/** A text and the texts that may follow it, of which one is right. */
export interface ChoiceQuestion {
  readonly context: string;
  /** Each as it follows the context, its leading space included. */
  readonly options: readonly string[];
}

/** What a model says of one option; in nats. */
export interface OptionLogprob {
  /** Of the whole option, summed over its tokens. */
  readonly total: number;
  /** Per token of the option: what multiple choice is decided by. */
  readonly mean: number;
}

const rows = 64;

/**
 * The log-probabilities of every option after its context, question by question; null for a question
 * of which some option does not fit the model's context with it, or has no tokens.
 */
export async function optionLogprobs(
  model: LanguageModel,
  questions: readonly ChoiceQuestion[],
): Promise<(readonly OptionLogprob[] | null)[]> {
  const encoded = questions.map(({ context, options }) =>
    options.map((option): TokenSequence => ({
      prompt: contextTokens(model, context),
      completion: model.tokenizer.encode(option),
    })),
  );
  const fits = encoded.map((options) =>
    options.every(
      (sequence) => sequence.completion.length > 0 && sequenceLength(sequence) <= model.config.nCtx,
    ),
  );
  const pass = new LogprobPass(model.config, 1);
  try {
    const asked = encoded.filter((_, i) => fits[i]).flat();
    const logprobs = await pass.run(model.parameters, asked, 'completion', rows);
    let next = 0;
    return encoded.map((options, i) =>
      fits[i]
        ? options.map(() => {
            const row = logprobs[next++];
            const total = row.reduce((sum, logprob) => sum + logprob, 0);
            return { total, mean: total / row.length };
          })
        : null,
    );
  } finally {
    pass.dispose();
  }
}

/** Without a context an option is predicted from the end-of-text token that opens a document. */
function contextTokens({ tokenizer }: LanguageModel, context: string): readonly number[] {
  const tokens = tokenizer.encode(context);
  return tokens.length === 0 ? [tokenizer.endToken] : tokens;
}

/**
 * The option with the **highest** mean log-probability per token; the first of equals. (Appendix D
 * says "lowest", which is an error: it would choose the least likely text.)
 */
export function chosenOption(options: readonly Pick<OptionLogprob, 'mean'>[]): number {
  let best = 0;
  options.forEach(({ mean }, i) => {
    if (mean > options[best].mean) best = i;
  });
  return best;
}
