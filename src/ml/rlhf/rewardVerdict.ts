/** "Is this reward model good enough for PPO?", answered from what was measured. */
import type {
  RewardQuality,
  RewardReport,
  RewardVerdict,
  VerdictReason,
} from '../../protocol/rewardReport.ts';

type Judged = Omit<RewardReport, 'verdict'>;

/**
 * Where the answers turn. Accuracies are of comparisons by single labelers, who agree with each
 * other in about 73 of 100 (paper, section 3.4), so that 0.72 is as good as the paper's reward model.
 */
const limits = {
  /** The paper's reaches 0.724 on the labelers it was trained on. */
  accuracy: 0.6,
  /** Gao et al. 2022, section 3.2: with fewer than about 2,000 comparisons near chance. */
  comparisons: 2000,
  calibrationError: 0.1,
  /** More often than the labelers, in share of the comparisons. */
  lengthPreference: 0.15,
  lengthCorrelation: 0.5,
  /** Training accuracy less validation accuracy. */
  overfitting: 0.1,
  /** Accuracy on the labelers trained on less that on those left out; the paper's is 0.028. */
  generalisation: 0.06,
  /** Standard deviations of a score between two completions; below, KL's penalty drowns it. */
  spread: 0.05,
} as const;

const order = { no: 0, caution: 1, yes: 2 } as const;

/**
 * `no` where PPO would follow noise, `caution` where it is likely to find a weakness of the reward
 * model, `yes` where nothing speaks against it. Every finding names the number it rests on.
 */
export function judgeRewardModel(report: Judged): RewardVerdict {
  const reasons = [
    ...dataReasons(report),
    ...(report.validation === null ? unknownQuality : qualityReasons(report.validation)),
    ...generalisationReasons(report),
  ].sort((a, b) => order[a.answer] - order[b.answer]);
  const answer = reasons.reduce<RewardVerdict['answer']>(
    (worst, reason) => (order[reason.answer] < order[worst] ? reason.answer : worst),
    'yes',
  );
  return { answer, reasons };
}

/** The verdict in one paragraph, for people. */
export function verdictText({ answer, reasons }: RewardVerdict): string {
  const opening = { yes: 'yes', caution: 'with caution', no: 'no' }[answer];
  const lines = reasons.map(
    ({ finding, remedy }) => `  - ${finding}${remedy === undefined ? '' : ` ${remedy}`}`,
  );
  return [`Good enough for PPO? ${opening}.`, ...lines].join('\n');
}

const unknownQuality: readonly VerdictReason[] = [
  {
    answer: 'caution',
    finding: 'No rankings were held out, so nothing is known of its accuracy.',
    remedy: 'Rank completions of prompts of the "valid" split.',
  },
];

function dataReasons({ trained, demonstrations, validation }: Judged): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  if (trained.comparisons < limits.comparisons) {
    reasons.push({
      answer: 'caution',
      finding: `It was trained on ${trained.comparisons} comparisons; with fewer than about ${limits.comparisons} PPO soon finds what it has not learned.`,
      remedy: 'Rank completions of more prompts.',
    });
  }
  if (demonstrations === null) {
    reasons.push({
      answer: 'caution',
      finding: 'There are no demonstrations, so the zero of its scores means nothing.',
      remedy: 'Write demonstrations, and set the score without an end token with care.',
    });
  } else if (validation !== null && validation.scores.mean > demonstrations.mean) {
    reasons.push({
      answer: 'caution',
      finding: `It scores sampled completions higher (mean ${show(validation.scores.mean)}) than the labelers' demonstrations (${show(demonstrations.mean)}).`,
      remedy: 'Look at the examples with the highest scores in the report.',
    });
  }
  return reasons;
}

function qualityReasons(quality: RewardQuality): VerdictReason[] {
  return [
    accuracyReason(quality),
    ...categoryReasons(quality),
    ...calibrationReasons(quality),
    ...lengthReasons(quality),
  ];
}

function accuracyReason({ accuracy, ci95, comparisons }: RewardQuality): VerdictReason {
  const measured = `Accuracy on ${comparisons} held-out comparisons is ${percent(accuracy)} (95 % interval ${percent(ci95[0])} to ${percent(ci95[1])})`;
  if (ci95[0] <= 0.5) {
    return {
      answer: 'no',
      finding: `${measured}: that may be chance.`,
      remedy: 'Rank more prompts, for training or for the "valid" split, whichever is short.',
    };
  }
  if (accuracy < limits.accuracy) {
    return {
      answer: 'caution',
      finding: `${measured}, below ${percent(limits.accuracy)}; the paper's has 72 %.`,
      remedy: 'Rank more prompts, and keep the policy near the SFT model with a larger ppo.klCoef.',
    };
  }
  return { answer: 'yes', finding: `${measured}; labelers themselves agree in about 73 %.` };
}

function categoryReasons({ byCategory }: RewardQuality): VerdictReason[] {
  return Object.entries(byCategory)
    .filter(([, { ci95 }]) => ci95[1] < 0.5)
    .map(([category, { accuracy, comparisons }]) => ({
      answer: 'caution',
      finding: `On prompts of the category ${category} it is wrong more often than right (${percent(accuracy)} of ${comparisons} comparisons).`,
      remedy: `Rank more prompts of ${category}, or leave them out of PPO.`,
    }));
}

function calibrationReasons({ calibrationError, scores }: RewardQuality): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  if (scores.deviation < limits.spread) {
    reasons.push({
      answer: 'no',
      finding: `Its scores hardly differ (standard deviation ${show(scores.deviation)}), so PPO has nothing to follow.`,
      remedy: 'Train with a larger learning rate, or on more rankings.',
    });
  }
  if (calibrationError > limits.calibrationError) {
    reasons.push({
      answer: 'caution',
      finding: `Its probabilities are off by ${percent(calibrationError)} on average (expected calibration error).`,
      remedy: 'Train for fewer epochs or with a smaller learning rate.',
    });
  }
  return reasons;
}

function lengthReasons({ length }: RewardQuality): VerdictReason[] {
  const { withinPrompts, labelersPreferLonger, modelPrefersLonger } = length;
  const reasons: VerdictReason[] = [];
  const remedy =
    'Watch the length of completions in PPO, and rank pairs that differ in length alone.';
  if (labelersPreferLonger !== null && modelPrefersLonger !== null) {
    const more = modelPrefersLonger - labelersPreferLonger;
    if (Math.abs(more) > limits.lengthPreference) {
      reasons.push({
        answer: 'caution',
        finding: `It prefers the ${more > 0 ? 'longer' : 'shorter'} of two completions more often than the labelers do (the longer one in ${percent(modelPrefersLonger)}, labelers in ${percent(labelersPreferLonger)}).`,
        remedy,
      });
    }
  }
  if (withinPrompts !== null && Math.abs(withinPrompts) > limits.lengthCorrelation) {
    reasons.push({
      answer: 'caution',
      finding: `Within a prompt, score and length correlate at ${show(withinPrompts)}: PPO may write ${withinPrompts > 0 ? 'longer' : 'shorter'} completions for their length's sake.`,
      remedy,
    });
  }
  return reasons;
}

function generalisationReasons({ training, validation, crossValidation }: Judged): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  if (training !== null && validation !== null) {
    const gap = training.accuracy - validation.accuracy;
    if (gap > limits.overfitting) {
      reasons.push({
        answer: 'caution',
        finding: `It overfits: accuracy ${percent(training.accuracy)} on rankings it was trained on, ${percent(validation.accuracy)} on others.`,
        remedy: 'Train for one epoch only, with a smaller learning rate, or on more prompts.',
      });
    }
  }
  if (crossValidation !== null) {
    const { inGroup, heldOut } = crossValidation;
    if (inGroup !== null && heldOut !== null) {
      const gap = inGroup.mean - heldOut.mean;
      const finding = `On labelers it was not trained on it reaches ${percent(heldOut.mean)}, on the others ${percent(inGroup.mean)}`;
      reasons.push(
        gap > limits.generalisation
          ? {
              answer: 'caution',
              finding: `${finding}: it has learned particular labelers' tastes.`,
              remedy: 'Let more labelers rank.',
            }
          : { answer: 'yes', finding: `${finding}.` },
      );
    }
  }
  return reasons;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function show(value: number): string {
  return value.toFixed(2);
}
