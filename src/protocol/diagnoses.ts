/**
 * What can go wrong in PPO, by name: a run warns of each with what was seen, and the editor shows
 * its cause and remedy beside it. `ppo.stopOn` names those that end a run.
 */

/** A named way in which PPO goes wrong. */
export interface DiagnosisText {
  readonly title: string;
  /** Why it happens. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Every diagnosis. */
export const diagnoses = {
  'negative-kl': {
    title: 'Negative KL',
    cause:
      'A KL divergence cannot be below zero: the log-probabilities are not those of the distribution that was sampled from.',
    remedy:
      'Do not trust this run. Sample without top-p, with the same temperature everywhere, and start again; report it if it stays.',
  },
  'kl-blow-up': {
    title: 'KL blow-up',
    cause: 'The policy leaves its reference faster than the penalty holds it.',
    remedy: 'Lower ppo.learningRate, raise ppo.klCoef, or use the adaptive controller.',
  },
  'entropy-collapse': {
    title: 'Entropy collapse',
    cause: 'The policy says nearly the same whatever it is asked: it has stopped exploring.',
    remedy: 'Lower ppo.learningRate or raise ppo.klCoef, and go back to an earlier checkpoint.',
  },
  'value-divergence': {
    title: 'Value loss divergence',
    cause: 'The value model gets worse, so the advantages are noise.',
    remedy: 'Lower ppo.valueLearningRate, or raise ppo.batchSize.',
  },
  'length-hacking': {
    title: 'Reward hacking by length',
    cause: 'Scores follow the length of the completions, and the lengths follow the scores.',
    remedy:
      'Rank more completions of different lengths and train the reward model again; meanwhile raise ppo.klCoef.',
  },
  'no-eos': {
    title: 'Completions do not end',
    cause: 'Most completions are cut off at the longest length.',
    remedy:
      'Raise ppo.maxNewTokens, set ppo.missingEosScore below the usual scores, or train SFT longer.',
  },
  'reward-out-of-range': {
    title: 'Reward model out of its range',
    cause:
      'Scores are far above all that the reward model gave the SFT model: it judges what it was never trained on.',
    remedy:
      'Look at the completions; rank some of them and train the reward model again, or raise ppo.klCoef.',
  },
  'ratio-off': {
    title: 'Probability ratio far from 1',
    cause:
      'Before the first update the policy that learns must be the one that sampled: their log-probabilities differ.',
    remedy: 'Do not trust this run; report it with its run folder.',
  },
} as const satisfies Record<string, DiagnosisText>;

/** The name of a diagnosis. */
export type DiagnosisCode = keyof typeof diagnoses;

/** All names, for `ppo.stopOn`. */
export const diagnosisCodes = Object.keys(diagnoses) as DiagnosisCode[]; // the keys of a closed table

/** A diagnosis made in a run. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** What was seen, with its numbers. */
  readonly message: string;
  readonly remedy: string;
}
