/**
 * Residual dropout (Ouyang et al. 2022, appendix C.1; Srivastava et al. 2014): what attention and
 * feed-forward add to the residual stream is set to 0 number by number at the given rate, the rest is
 * scaled up so that the mean stays. Which numbers, is drawn here from a seed and fed to the program:
 * a resumed run draws the same. Passes that are not told of it know nothing of it.
 */
import { Random } from '../../data/random.ts';
import { input, mul, where } from '../graph/index.ts';
import type { ModelConfig, TrunkOptions } from '../models/index.ts';
import type { Arrays } from '../runtime/index.ts';

/** How much is dropped in one pass. */
export interface Dropout {
  /** From 0 to below 1; drawn in steps of 2⁻¹⁶. */
  readonly rate: number;
  /** Decides what is dropped. */
  readonly seed: string;
}

/** Draws have 16 bits. */
const steps = 65_536;
const parts = ['attention', 'feedForward'] as const;

const maskName = (layer: number, part: (typeof parts)[number]): string => `keep.${layer}.${part}`;

/** The trunk's hook for a pass over N = B·T tokens; its masks are fed by {@link dropoutFeeds}. */
export function dropResidual(
  { nEmbd }: Pick<ModelConfig, 'nEmbd'>,
  tokens: number,
  rate: number,
): NonNullable<TrunkOptions['residual']> {
  const scale = 1 / (1 - droppedSteps(rate) / steps);
  return (branch, layer, part) => {
    const keep = input(maskName(layer, part), [tokens, nEmbd], 'bool');
    return mul(where(keep, branch, 0), scale); // [N, C]
  };
}

/** A mask a layer and part, each [N, C]: 1 where a number is kept. */
export function dropoutFeeds(
  { nEmbd, nLayer }: Pick<ModelConfig, 'nEmbd' | 'nLayer'>,
  tokens: number,
  { rate, seed }: Dropout,
): Arrays {
  const random = new Random(`residual dropout ${seed}`);
  const threshold = droppedSteps(rate);
  const feeds: Record<string, Uint8Array> = {};
  for (let layer = 0; layer < nLayer; layer++) {
    for (const part of parts) {
      const keep = new Uint8Array(tokens * nEmbd);
      for (let i = 0; i < keep.length; i += 2) {
        const word = random.word(); // two draws
        keep[i] = (word & 0xffff) >= threshold ? 1 : 0;
        keep[i + 1] = word >>> 16 >= threshold ? 1 : 0; // beyond the end of an odd length: ignored
      }
      feeds[maskName(layer, part)] = keep;
    }
  }
  return feeds;
}

function droppedSteps(rate: number): number {
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: expected a rate in [0, 1), got ${rate}`);
  return Math.min(steps - 1, Math.round(rate * steps));
}
