/** The report beside a reward model: written when it has been trained, read before PPO trusts it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verdictText } from '../../ml/rlhf/index.ts';
import {
  rewardReportFile,
  rewardReportSchema,
  type RewardReport,
} from '../../protocol/rewardReport.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import type { WorkContext } from '../runContext.ts';
import type { Run } from '../runFolder.ts';
import { folderOf } from './modelWork.ts';

/** Writes the report of the reward model that a run has trained. */
export function writeRewardReport({ folder }: Run, report: RewardReport): void {
  writeJsonAtomic(join(folder, rewardReportFile), report);
}

/**
 * Warns, before a policy is optimised, of a reward model of which too little is known, or too much: the
 * report's verdict where it is not "yes", or that there is none. The run goes on all the same.
 */
export function warnOfRewardModel(context: Pick<WorkContext, 'run' | 'warn'>): void {
  const { run, warn } = context;
  const file = join(dirname(folderOf(run, 'reward')), rewardReportFile);
  if (!existsSync(file)) {
    warn(
      'reward-model-unknown',
      'Nothing is known of how good the reward model is: there is no rewardModel.json beside it.',
    );
    return;
  }
  const { verdict } = readReport(file) ?? {};
  if (verdict === undefined) {
    warn('reward-model-unknown', `${file}: the report on the reward model cannot be read.`);
    return;
  }
  if (verdict.answer === 'yes') return;
  const reasons = verdict.reasons.filter(({ answer }) => answer !== 'yes');
  warn(`reward-model-${verdict.answer}`, verdictText({ ...verdict, reasons }));
}

function readReport(file: string): RewardReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return rewardReportSchema.safeParse(value).data;
}
