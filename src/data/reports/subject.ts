/** Which model an evaluation is about, and what it is held against. */
import type {
  EvaluationReport,
  EvaluationSlice,
  Preferred,
} from '../../protocol/evaluationReport.ts';

/** A model, the one that it is to beat, and how often it is preferred. */
export interface Subject {
  readonly model: string;
  readonly baseline: string;
  readonly preferred: Preferred;
}

/** Made by optimising for a score, in the order in which one asks of them. */
const aligned = ['ppo-ptx', 'ppo', 'dpo', 'expert'];
const known = ['base', 'prompted', 'sft', 'sft-best-of-n'];

/**
 * An aligned policy against the SFT model, or what there is: a model of another name, or the SFT model
 * against the base. Null where nothing is compared.
 */
export function subjectOf(report: EvaluationReport, slice: EvaluationSlice): Subject | null {
  const names = report.models.map(({ name }) => name);
  const candidates = [
    ...aligned,
    ...names.filter((name) => !aligned.includes(name) && !known.includes(name)),
    'sft',
  ];
  for (const model of candidates) {
    const numbers = Object.hasOwn(slice.models, model) ? slice.models[model] : null;
    if (numbers === null) continue;
    const baseline = report.baselines.find((name) => Object.hasOwn(numbers.against, name));
    if (baseline !== undefined) return { model, baseline, preferred: numbers.against[baseline] };
  }
  return null;
}

/** What the interval of a win rate says against a coin. */
export function verdict({ ci95: [low, high] }: Preferred): 'better' | 'worse' | 'level' {
  if (low > 0.5) return 'better';
  return high < 0.5 ? 'worse' : 'level';
}
