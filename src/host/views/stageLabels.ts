import * as l10n from '@vscode/l10n';
import type { Stage } from '../../protocol/run.ts';

/** The stages' names as people read them. */
export const stageLabels: Readonly<Record<Stage, string>> = {
  pretrain: l10n.t('Pre-training'),
  sft: 'SFT',
  rm: l10n.t('Reward Model'),
  ppo: 'PPO',
  dpo: 'DPO',
  expert: l10n.t('Expert Iteration'),
  sample: l10n.t('Sampling'),
  rank: l10n.t('Gold Ranking'),
  eval: l10n.t('Evaluation'),
  pipeline: l10n.t('Pipeline'),
};
