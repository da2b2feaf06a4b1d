/**
 * The numbers of the method that are not settings: those that the code fixes, those that the data
 * decide, and what the paper found when it varied a setting. The reference page lists them.
 */

/** One such number. */
export interface FixedNumber {
  readonly what: string;
  readonly value: string;
  readonly source: string;
  /** How it is here. */
  readonly here: string;
}

/** By step of the method, in the paper's order. */
export const fixedNumbers: readonly {
  readonly step: string;
  readonly numbers: readonly FixedNumber[];
}[] = [
  {
    step: 'SFT',
    numbers: [
      {
        what: 'Warm-up',
        value: 'none: the first step is at the peak rate',
        source: 'App. C.1',
        here: 'the same',
      },
      {
        what: 'Search of the learning rate',
        value: '7 rates (5 at 175B), spaced geometrically; the epochs too',
        source: 'App. C.1',
        here: 'a run for each rate, chosen on the validation split',
      },
      {
        what: 'Precision',
        value: 'float16 weights and activations, float32 master weights',
        source: 'App. C',
        here: 'float32 throughout',
      },
      {
        what: 'Context',
        value: '2,048 tokens; prompts above 1,024 are filtered',
        source: 'App. C',
        here: '`pretrain.nCtx` of the model; what does not fit is left out',
      },
      {
        what: 'Validation loss',
        value: 'overfits after 1 epoch, while reward model score and ratings still rise',
        source: 'section 3.5',
        here: 'both are reported',
      },
    ],
  },
  {
    step: 'Reward model',
    numbers: [
      {
        what: 'Comparisons of a prompt',
        value: 'K(K − 1)/2: 6, 10, 15, 21, 28, 36 for K = 4 to 9; at most 2,304 in 64 prompts',
        source: 'section 3.5, App. C.2',
        here: 'all of a prompt in one step, its ties dropped, each prompt with weight 1',
      },
      {
        what: 'Start of the head',
        value: 'normal with standard deviation 1/√(d + 1), bias 0',
        source: 'summarize-from-feedback; lm-human-preferences',
        here: 'the same',
      },
      {
        what: 'Bias',
        value: 'labelers’ demonstrations score 0 on average',
        source: 'section 3.5',
        here: 'the same, set after training',
      },
      {
        what: 'Size',
        value: '6B, whatever the policy’s',
        source: 'App. C.2',
        here: 'that of the model it starts from',
      },
      {
        what: 'Sensitivity',
        value: 'little to ±50 % of the learning rate, much to the number of epochs',
        source: 'App. C.2',
        here: 'one epoch is the default',
      },
      {
        what: 'Accuracy',
        value: '72.4 ± 0.4 % on the labelers it was trained on, 69.6 ± 0.9 % on a held-out fifth',
        source: 'section 4.1, App. E.2; 5 folds, 3 seeds',
        here: 'measured on the validation split',
      },
    ],
  },
  {
    step: 'PPO',
    numbers: [
      {
        what: 'The policy’s start',
        value:
          '2 epochs on demonstrations with 10 % pretraining text, cosine to 10 %, batch 32 (8 at 175B), peak rate 5e-6, 1.04e-5, 2.45e-6 (1.3B, 6B, 175B)',
        source: 'App. C.3',
        here: 'an SFT run with these settings; the defaults start from the SFT model itself',
      },
      {
        what: 'Episodes',
        value: '256k = 500 × 512, in 4,000 minibatches; 8.2 passes over 31,144 prompts',
        source: 'App. C.4',
        here: '`ppo.iterations` × `ppo.batchSize`',
      },
      {
        what: 'Start of the warm-up',
        value: '0.1 of the peak, then 0.1 + 0.9·i/10 in iteration i',
        source: 'App. C.4',
        here: 'the same',
      },
      {
        what: 'Whitening',
        value: 'population variance, 1e-8 under the root',
        source: 'lm-human-preferences',
        here: 'the same',
      },
      {
        what: 'Change of an adaptive β',
        value: 'the relative error is clipped to ± 0.2',
        source: 'lm-human-preferences',
        here: 'the same',
      },
      {
        what: 'Batch sizes tried',
        value: '64 to 1,024: 512 was best; minibatches of 8 to 64: 32 was best, 64 was used',
        source: 'App. E.9 to E.11',
        here: '`ppo.batchSize`, `ppo.minibatchSize`',
      },
      {
        what: 'Pretraining data tried',
        value:
          '4 times the episodes: the pretraining loss rises; 8: twice the time; 32: better ratings, several times the time',
        source: 'App. E.9 to E.11',
        here: 'a setting',
      },
      {
        what: 'β and γ tried',
        value:
          'β from 0.01 to 0.02 is rated best; γ of 20 and more wins SQuAD and DROP back at 1.3B',
        source: 'App. E.6, E.7',
        here: 'settings',
      },
      {
        what: 'More episodes',
        value: 'no help above 256k; at 512k SQuAD and DROP fall just below GPT-3',
        source: 'App. E.9 to E.11',
        here: 'a setting',
      },
    ],
  },
];
