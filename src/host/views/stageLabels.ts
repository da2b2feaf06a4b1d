import type { Stage } from '../../protocol/run.ts';

/** The stages' names as people read them. */
export const stageLabels: Readonly<Record<Stage, string>> = {
  pretrain: 'Pre-training',
  sft: 'SFT',
  rm: 'Reward Model',
  ppo: 'PPO',
  dpo: 'DPO',
  expert: 'Expert Iteration',
  sample: 'Sampling',
  rank: 'Gold Ranking',
  eval: 'Evaluation',
  pipeline: 'Pipeline',
};
