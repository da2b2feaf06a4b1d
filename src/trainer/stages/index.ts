/** The work of every stage. */
import type { Stage } from '../../protocol/run.ts';
import type { WorkMaker } from '../runContext.ts';
import { dpoWork } from './dpoWork.ts';
import { evalWork } from './evalWork.ts';
import { expertWork } from './expertWork.ts';
import { pipelineWork } from './pipelineWork.ts';
import { ppoWork } from './ppoWork.ts';
import { pretrainWork } from './pretrainWork.ts';
import { rankWork } from './rankWork.ts';
import { rewardModelWork } from './rewardModelWork.ts';
import { sampleWork } from './sampleWork.ts';
import { sftWork } from './sftWork.ts';

const makers: { readonly [S in Stage]: WorkMaker } = {
  pretrain: pretrainWork,
  sft: sftWork,
  rm: rewardModelWork,
  ppo: ppoWork,
  dpo: dpoWork,
  expert: expertWork,
  sample: sampleWork,
  rank: rankWork,
  eval: evalWork,
  pipeline: (context) => Promise.resolve(pipelineWork(context, makeWork)),
};

/** Makes the work of a run by its stage. */
export const makeWork: WorkMaker = (context) => makers[context.run.spec.stage](context);
