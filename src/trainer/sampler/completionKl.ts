/** How far a drawn completion is from a reference model. */
import { sequenceLength, type TokenSequence } from '../../ml/rlhf/index.ts';
import type { LanguageModel } from '../../ml/models/index.ts';
import { toErrorData } from '../../protocol/errors.ts';
import type { CompletionKl } from '../../protocol/sampler.ts';
import type { ModelCache } from './modelCache.ts';

/** A completion as it was drawn. */
export interface DrawnCompletion {
  /** The model that drew it. */
  readonly model: Pick<LanguageModel, 'tokenizer'>;
  /** The tokens fed and drawn, an end token with them. */
  readonly sequence: TokenSequence;
  /** Of the completion's tokens under that model at temperature 1, in nats. */
  readonly logprob: number;
}

/**
 * KL(π ‖ π_ref) as PPO takes it of one episode: Σ_t log π(y_t) − log π_ref(y_t) over the completion's
 * tokens (Ouyang et al. 2022, section 3.5 and equation 2; the estimator k1 of Schulman, "Approximating
 * KL divergence"), in nats, both at temperature 1 whatever temperature it was drawn at. It is unbiased
 * over completions drawn at temperature 1 without truncation, and of one completion can be below 0.
 *
 * @param reference A model as `ModelCache.with` takes it.
 * @returns Why there is none, where the reference cannot be asked; never rejects.
 */
export async function completionKl(
  models: Pick<ModelCache, 'with'>,
  reference: string,
  { model, sequence, logprob }: DrawnCompletion,
): Promise<CompletionKl> {
  try {
    return await models.with(reference, async ({ model: other, teacherForced }) => {
      if (!readsAlike(model, other)) {
        return { unavailable: `${reference} reads other tokens than the model.` };
      }
      const { nCtx } = other.config;
      const length = sequenceLength(sequence);
      if (length > nCtx) {
        const unavailable = `The completion has ${length} tokens with its prompt, ${reference} takes ${nCtx}.`;
        return { unavailable };
      }
      const nats = logprob - (await teacherForced.logprob(sequence));
      return { nats, tokens: sequence.completion.length };
    });
  } catch (thrown) {
    return { unavailable: toErrorData(thrown).message };
  }
}

function readsAlike(
  { tokenizer: one }: Pick<LanguageModel, 'tokenizer'>,
  { tokenizer: other }: Pick<LanguageModel, 'tokenizer'>,
): boolean {
  return one.json === other.json || one.vocabularyDigest === other.vocabularyDigest;
}
