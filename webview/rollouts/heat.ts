/** The colours of a heat map: how strongly each value of a list stands out, and to which side. */
import * as l10n from '@vscode/l10n';

/** The quantities of an episode's tokens, by name, with what they are called. */
export const quantities = {
  kls: l10n.t('KL'),
  logprobs: l10n.t('Log-probability'),
  refLogprobs: l10n.t('Reference'),
  values: l10n.t('Value'),
  rewards: l10n.t('Reward'),
  advantages: l10n.t('Advantage'),
} as const;
/** A key of {@link quantities}. */
export type Quantity = keyof typeof quantities;

/**
 * Each value's share of the largest magnitude in the list, from -1 to 1; what is no number is 0.
 * A single scale for both signs keeps small values of either sign pale.
 */
export function heatOf(values: readonly number[]): number[] {
  const largest = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  return values.map((value) => (largest === 0 || !Number.isFinite(value) ? 0 : value / largest));
}
