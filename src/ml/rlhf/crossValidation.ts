/**
 * Does a reward model generalise to labelers it was not trained on? Cross-validation over groups of
 * labelers (Ouyang et al. 2022, section 4.1 and appendix E.2), then the reward model itself on all.
 */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { rewardFoldSchema, type RewardFold } from '../../protocol/rewardReport.ts';
import type { RewardModel } from '../models/index.ts';
import { encodeRankings, type RankedCompletions } from './encodedRankings.ts';
import { labelerGroups } from './labelerGroups.ts';
import { badCheckpoint } from './learner.ts';
import { EpochOrder } from './order.ts';
import { RewardModelLoop, type RewardModelOptions, type RewardModelResult } from './rewardModel.ts';
import { rewardAccuracy } from './rewardQuality.ts';
import { judgeRewardModel } from './rewardVerdict.ts';
import { mean, standardError } from './statistics.ts';
import type { LoopState, StepReport, TrainingLoop } from './trainingLoop.ts';

const stateSchema = z.object({
  folds: z.array(rewardFoldSchema),
  loop: z.json(),
});

/** A reward model to train: one a fold, and the one that stays. */
interface Phase {
  /** Null for the reward model that stays. */
  readonly heldOut: readonly string[] | null;
  readonly rankings: readonly RankedCompletions[];
  readonly steps: number;
}

/**
 * Trains a reward model a fold without one group of labelers, measures it on held-out prompts, and
 * at last trains the one that stays. One loop's memory is held at a time.
 */
export class CrossValidatedLoop implements TrainingLoop<RewardModel> {
  readonly totalSteps: number;
  readonly #options: RewardModelOptions;
  readonly #phases: readonly Phase[];
  #folds: readonly RewardFold[] = [];
  #loop: RewardModelLoop;

  /**
   * `folds` of the hyper-parameters says how many; two at least.
   * @throws InstructError `empty-dataset` when fewer labelers than folds have a comparison.
   */
  constructor(options: RewardModelOptions) {
    this.#options = options;
    this.#phases = phasesOf(options);
    this.totalSteps = this.#phases.reduce((sum, { steps }) => sum + steps, 0);
    this.#loop = this.#loopOf(this.#phase);
  }

  get #phase(): Phase {
    return this.#phases[this.#folds.length];
  }

  get step(): number {
    const done = this.#phases.slice(0, this.#folds.length);
    return done.reduce((sum, { steps }) => sum + steps, 0) + this.#loop.step;
  }

  async advance(): Promise<StepReport> {
    const phase = this.#phase;
    const report = await this.#loop.advance();
    if (phase.heldOut === null) return report;
    const metrics: Record<string, number> = {
      'rm/fold_loss': report.metrics['rm/loss'],
      'rm/fold_accuracy': report.metrics['rm/accuracy'],
      grad_norm: report.metrics['grad_norm'],
      learning_rate: report.metrics['learning_rate'],
    };
    if (this.#loop.step === phase.steps) {
      const fold = await this.#measure(phase.heldOut, phase);
      this.#folds = [...this.#folds, fold];
      if (fold.inGroup !== null) metrics['rm/in_group_accuracy'] = fold.inGroup.accuracy;
      if (fold.heldOut !== null) metrics['rm/held_out_accuracy'] = fold.heldOut.accuracy;
      this.#loop.dispose();
      this.#loop = this.#loopOf(this.#phase);
    }
    return { ...report, metrics };
  }

  async #measure(heldOut: readonly string[], { rankings }: Phase): Promise<RewardFold> {
    const { validation } = this.#options;
    const isHeldOut = (ranking: RankedCompletions): boolean => heldOut.includes(labelerOf(ranking));
    const within = validation.filter((ranking) => !isHeldOut(ranking));
    return {
      heldOutLabelers: [...heldOut],
      rankings: rankings.length,
      inGroup: rewardAccuracy(await this.#loop.score(within)),
      heldOut: rewardAccuracy(await this.#loop.score(validation.filter(isHeldOut))),
    };
  }

  #loopOf({ heldOut, rankings }: Phase): RewardModelLoop {
    if (heldOut === null) return new RewardModelLoop({ ...this.#options, rankings });
    return new RewardModelLoop({ ...this.#options, rankings, validation: [], demonstrations: [] });
  }

  settle(): Promise<void> {
    return this.#loop.settle();
  }

  snapshot(): LoopState {
    const { tensors, json } = this.#loop.snapshot();
    return { tensors, json: { folds: this.#folds, loop: json } };
  }

  restore({ tensors, json }: LoopState): void {
    const parsed = stateSchema.safeParse(json);
    if (!parsed.success || parsed.data.folds.length >= this.#phases.length) {
      throw badCheckpoint('no fold of the cross-validation');
    }
    this.#folds = parsed.data.folds;
    this.#loop.dispose();
    this.#loop = this.#loopOf(this.#phase);
    this.#loop.restore({ tensors, json: parsed.data.loop });
  }

  async finish(): Promise<RewardModelResult> {
    const { summary, report, ...result } = await this.#loop.finish();
    const across = (side: 'inGroup' | 'heldOut'): { mean: number; error: number } | null => {
      const measured = this.#folds.flatMap((fold) => fold[side]?.accuracy ?? []);
      return measured.length === 0
        ? null
        : { mean: mean(measured), error: standardError(measured) };
    };
    const inGroup = across('inGroup');
    const heldOut = across('heldOut');
    const found = {
      ...report,
      crossValidation: { folds: [...this.#folds], inGroup, heldOut },
    };
    return {
      ...result,
      summary: {
        ...summary,
        ...(inGroup === null ? {} : { 'rm/in_group_accuracy': inGroup.mean }),
        ...(heldOut === null ? {} : { 'rm/held_out_accuracy': heldOut.mean }),
      },
      report: { ...found, verdict: judgeRewardModel(found) },
    };
  }

  dispose(): void {
    this.#loop.dispose();
  }
}

function labelerOf({ labeler }: RankedCompletions): string {
  return labeler ?? 'unknown';
}

function phasesOf({ model, rankings, hyperparameters }: RewardModelOptions): Phase[] {
  const usable = encodeRankings(model, rankings).map(({ source }) => source);
  const counts = new Map<string, number>();
  for (const ranking of usable) {
    const labeler = labelerOf(ranking);
    counts.set(labeler, (counts.get(labeler) ?? 0) + 1);
  }
  const { folds, epochs, batchSize } = hyperparameters;
  if (counts.size < folds) {
    throw new InstructError({
      code: 'empty-dataset',
      message: `Cross-validation with ${folds} folds needs rankings of ${folds} labelers for the "train" split, and there are ${counts.size}.`,
      remedy: 'Let more labelers rank, or set rm.folds lower (0 for none).',
    });
  }
  const phase = (of: readonly RankedCompletions[], heldOut: Phase['heldOut']): Phase => ({
    heldOut,
    rankings: of,
    steps: epochs * new EpochOrder(of.length, batchSize, 0).batchesPerEpoch,
  });
  return [
    ...labelerGroups(counts, folds).map((group) =>
      phase(
        usable.filter((ranking) => !group.includes(labelerOf(ranking))),
        group,
      ),
    ),
    { ...phase(usable, null), rankings },
  ];
}
