/** What a pipeline does, one step after another: the plan that is resumed and shown. */
import type { RunSpec, Stage } from './run.ts';

/** Who ranks the sampled completions: the gold labeler, people, or those who have already. */
export const rankers = ['gold', 'existing', 'human'] as const;
/** One of {@link rankers}. */
export type Ranker = (typeof rankers)[number];

/** The stages that a pipeline runs, in order. */
export const pipelineStages = ['sft', 'sample', 'rank', 'rm', 'ppo', 'eval'] as const;
/** One of {@link pipelineStages}. */
export type PipelineStage = (typeof pipelineStages)[number];
/** What a pipeline's run of one stage is called: PPO may come twice, without and with ptx. */
export type PipelineStep = PipelineStage | 'ppo-ptx';

/** The code of the warning with which a pipeline stops until people have ranked. */
export const waitingForRankings = 'waiting-for-rankings';

/** The steps of a pipeline, in order. */
export function pipelineSteps({
  hyperparameters,
}: Pick<RunSpec, 'hyperparameters'>): PipelineStep[] {
  const ranked = hyperparameters['rankings'] === 'existing';
  return pipelineStages.flatMap((stage): PipelineStep[] => {
    if (ranked && (stage === 'sample' || stage === 'rank')) return [];
    return stage === 'ppo' && hyperparameters['ptx'] === true ? ['ppo', 'ppo-ptx'] : [stage];
  });
}

/** The stage of a pipeline's step. */
export function stageOfStep(step: PipelineStep): PipelineStage & Stage {
  return step === 'ppo-ptx' ? 'ppo' : step;
}

/** The id of the run that does one step of a pipeline. */
export function stepRunId(pipeline: Pick<RunSpec, 'id'>, step: PipelineStep): string {
  return `${pipeline.id}-${step}`;
}
