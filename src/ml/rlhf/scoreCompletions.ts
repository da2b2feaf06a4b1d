/** A reward model's scores of completions as text. */
import type { RewardModel } from '../models/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import { encodeCompletion, fitsContext } from './encodeCompletion.ts';
import { ScalarPass } from './passes.ts';

/** A prompt and one completion of it. */
export interface CompletionText {
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
  readonly text: string;
  /** Whether the completion ended by itself. */
  readonly ended: boolean;
}

const rows = 64;

/** The scores, bias added; null for a completion that does not fit the context with its prompt. */
export async function scoreCompletions(
  rewardModel: RewardModel,
  completions: readonly CompletionText[],
  execution: ExecutionOptions = {},
): Promise<(number | null)[]> {
  const encoded = completions.map(({ prompt, text, ended }) =>
    encodeCompletion(rewardModel, prompt, text, ended),
  );
  const fits = encoded.map((sequence) => fitsContext(rewardModel, sequence));
  const pass = new ScalarPass(rewardModel.config, execution);
  try {
    const asked = encoded.filter((_, i) => fits[i]);
    const found = await pass.run(rewardModel.parameters, asked, 'last', rows);
    let next = 0;
    return fits.map((fit) => (fit ? found[next++][0] + rewardModel.rewardBias : null));
  } finally {
    pass.dispose();
  }
}
