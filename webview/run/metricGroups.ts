/** Metrics by their prefix: `ppo/kl` is "kl" under "PPO"; what has none is the system's. */
import * as l10n from '@vscode/l10n';
import type { ChartColour } from './curve.ts';

/** A heading and the metrics under it. */
export interface MetricGroup {
  readonly title: string;
  /** Name of the theme's chart colour. */
  readonly colour: ChartColour;
  /** Full metric names. */
  readonly metrics: readonly string[];
}

const known: readonly {
  readonly prefix: string;
  readonly title: string;
  readonly colour: ChartColour;
}[] = [
  { prefix: 'pretrain', title: l10n.t('Pre-training'), colour: 'purple' },
  { prefix: 'sft', title: l10n.t('SFT'), colour: 'blue' },
  { prefix: 'rm', title: l10n.t('Reward model'), colour: 'orange' },
  { prefix: 'ppo', title: l10n.t('PPO'), colour: 'green' },
  { prefix: 'dpo', title: l10n.t('DPO'), colour: 'green' },
  { prefix: 'expert', title: l10n.t('Expert iteration'), colour: 'green' },
  { prefix: 'eval', title: l10n.t('Evaluation'), colour: 'red' },
];

/** Groups in the order of the method, the system last; metrics in the order given. */
export function groupMetrics(names: Iterable<string>): MetricGroup[] {
  const byPrefix = new Map<string, string[]>();
  for (const name of names) {
    const slash = name.indexOf('/');
    const prefix = slash === -1 ? '' : name.slice(0, slash);
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [name]);
    else group.push(name);
  }
  const order = (prefix: string) => {
    if (prefix === '') return known.length + 1;
    const at = known.findIndex((group) => group.prefix === prefix);
    return at === -1 ? known.length : at;
  };
  return [...byPrefix]
    .sort(([a], [b]) => order(a) - order(b))
    .map(([prefix, metrics]) => {
      const group = known.find((each) => each.prefix === prefix);
      return {
        title: group?.title ?? (prefix === '' ? l10n.t('System') : prefix),
        colour: group?.colour ?? 'purple',
        metrics,
      };
    });
}

/** A metric's name under its heading: what follows the prefix, underscores as spaces. */
export function shortName(metric: string): string {
  return metric.slice(metric.indexOf('/') + 1).replaceAll('_', ' ');
}
