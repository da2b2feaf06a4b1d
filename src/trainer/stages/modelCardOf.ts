/** What the README of a run's model says. */
import type { ModelCard } from '../../ml/models/index.ts';
import type { Stage } from '../../protocol/run.ts';
import type { Run } from '../runFolder.ts';

const titles: Partial<Record<Stage, string>> = {
  pretrain: 'A language model, pre-trained from scratch on the embedded world’s text.',
  sft: 'A language model, fine-tuned on demonstrations.',
  rm: 'A reward model, trained on rankings.',
  ppo: 'A policy, optimised by PPO against a reward model.',
  dpo: 'A policy, optimised by DPO on rankings.',
  expert: 'A policy, optimised by expert iteration against a reward model.',
};

/** The card of a model that a run has made: its lineage, its settings and what was measured. */
export function modelCardOf({ spec }: Run, summary: Readonly<Record<string, number>>): ModelCard {
  const others = new Map(Object.entries(spec.models));
  const parent = others.get('policy');
  others.delete('policy');
  const lines = [
    ...[...others].map(([role, model]) => `- ${role}: ${model}`),
    ...spec.inputs.map(({ path, sha256 }) => `- ${path}: SHA-256 ${sha256}`),
    `- seed: ${spec.seed}`,
    ...Object.entries(spec.versions).map(([name, version]) => `- ${name}: ${version}`),
    ...Object.entries(spec.hyperparameters).map(([key, value]) => `- ${key}: ${String(value)}`),
  ];
  return {
    title: spec.id,
    text: [titles[spec.stage] ?? spec.stage, '', ...lines].join('\n'),
    stage: spec.stage,
    ...(parent === undefined ? {} : { parent }),
    run: spec.id,
    numbers: summary,
  };
}
