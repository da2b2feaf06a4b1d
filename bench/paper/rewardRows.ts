/** Rows 6, 7 and 11: how a reward model is trained, whom it speaks for, and what optimising it does. */
import {
  CrossValidatedLoop,
  RewardModelLoop,
  type RankedCompletions,
} from '../../src/ml/rlhf/index.ts';
import { bestOfN, bestOfNKl } from '../../src/ml/rlhf/bestOfN.ts';
import { ScalarPass } from '../../src/ml/rlhf/passes.ts';
import { encodeCompletion } from '../../src/ml/rlhf/encodeCompletion.ts';
import { modelInput } from '../../src/data/promptText.ts';
import { resolveHyperparameters } from '../../src/protocol/hyperparameters.ts';
import type { RewardModel } from '../../src/ml/models/index.ts';
import type { Judged, Laboratory } from './laboratory.ts';
import { above, overSeeds, text, type Estimate } from './numbers.ts';
import type { Row, Series } from './row.ts';

/** Mean log-loss of the comparisons of rankings, each prompt weighing the same. */
function logLoss(
  scored: readonly {
    completions: readonly { score: number }[];
    ranking: readonly (readonly number[])[];
  }[],
): number {
  const losses = scored.flatMap(({ completions, ranking }) => {
    const pairs = ranking.flatMap((better, rank) =>
      better.flatMap((chosen) =>
        ranking
          .slice(rank + 1)
          .flat()
          .map((rejected) => completions[chosen].score - completions[rejected].score),
      ),
    );
    if (pairs.length === 0) return [];
    return [pairs.reduce((sum, margin) => sum + Math.log1p(Math.exp(-margin)), 0) / pairs.length];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** What is said of two numbers whose order may be chance. */
function overlap(larger: Estimate, smaller: Estimate): string {
  if (larger.mean <= smaller.mean || above(larger, smaller)) return '';
  return '; the order is the paper’s, but the intervals overlap';
}

/** Every comparison of the rankings as a ranking of two. */
function asPairs(rankings: readonly RankedCompletions[]): RankedCompletions[] {
  return rankings.flatMap(({ prompt, completions, ranking }) =>
    ranking.flatMap((better, rank) =>
      better.flatMap((chosen) =>
        ranking
          .slice(rank + 1)
          .flat()
          .map((rejected) => ({
            prompt,
            completions: [completions[chosen], completions[rejected]],
            ranking: [[0], [1]],
          })),
      ),
    ),
  );
}

const wholePrompts: Row = {
  id: '06-whole-prompts',
  title: 'All comparisons of a prompt in one batch element',
  claim: 'Shuffling the comparisons into one data set overfits within a single pass.',
  quickSeeds: 1,
  async run(laboratories) {
    const gaps = { whole: [] as number[], shuffled: [] as number[] };
    const rows: string[][] = [];
    for (const epochs of [1, 2]) {
      const found = { whole: [] as number[], shuffled: [] as number[] };
      for (const laboratory of laboratories) {
        const { train: all, valid } = await laboratory.rankings();
        const train = all.slice(0, 900);
        const steps = Math.ceil(train.length / 16);
        const pairs = asPairs(train);
        for (const way of ['whole', 'shuffled'] as const) {
          const batchSize = way === 'whole' ? 16 : Math.ceil(pairs.length / steps);
          const loop = new RewardModelLoop({
            model: await laboratory.sft(),
            rankings: way === 'whole' ? train : pairs,
            validation: [],
            demonstrations: [],
            hyperparameters: resolveHyperparameters('rm', { epochs, batchSize }),
            seed: laboratory.seed,
          });
          try {
            while (loop.step < loop.totalSteps) await loop.advance();
            const gap = logLoss(await loop.score(valid)) - logLoss(await loop.score(train));
            found[way].push(gap);
            if (epochs === 1) gaps[way].push(gap);
          } finally {
            loop.dispose();
          }
        }
      }
      rows.push([String(epochs), text(overSeeds(found.whole)), text(overSeeds(found.shuffled))]);
    }
    const [whole, shuffled] = [overSeeds(gaps.whole), overSeeds(gaps.shuffled)];
    return {
      head: ['epochs', 'gap, whole prompts', 'gap, shuffled comparisons'],
      rows,
      reproduced: above(shuffled, whole),
      finding: `At the same number of updates, validation less training log-loss after one epoch is ${text(whole)} with whole prompts and ${text(shuffled)} with shuffled comparisons${overlap(shuffled, whole)}.`,
    };
  },
};

/** Ten labelers, each with a liking for long or short answers, in score a word. */
const likings = [-0.15, -0.1, -0.05, -0.02, 0, 0, 0.02, 0.05, 0.1, 0.15];

const heldOut: Row = {
  id: '07-held-out-labelers',
  title: 'Labelers that the reward model was not trained on',
  claim:
    'Accuracy falls from 72.4 ± 0.4 % to 69.6 ± 0.9 % for a group of labelers that was left out.',
  quickSeeds: 1,
  async run(laboratories) {
    const inGroup: number[] = [];
    const left: number[] = [];
    for (const laboratory of laboratories) {
      const model = await laboratory.sft();
      const ranked = async (
        prompts: Laboratory['prompts']['train'],
      ): Promise<RankedCompletions[]> => {
        const all: RankedCompletions[] = [];
        for (const [i, liking] of likings.entries()) {
          const own = prompts.filter((_, index) => index % likings.length === i);
          const seen = ({ score, completion }: Judged): number =>
            score + liking * completion.split(' ').length;
          const rankings = await laboratory.rank(model, own, seen);
          all.push(...rankings.map((ranking) => ({ ...ranking, labeler: `labeler-${i}` })));
        }
        return all;
      };
      const loop = new CrossValidatedLoop({
        model,
        rankings: await ranked(laboratory.prompts.train.slice(0, 1500)),
        validation: await ranked(laboratory.prompts.valid),
        demonstrations: [],
        hyperparameters: resolveHyperparameters('rm', { folds: 5 }),
        seed: laboratory.seed,
      });
      await laboratory.run('rm, five folds', loop, (_, { metrics }) => {
        if ('rm/in_group_accuracy' in metrics) inGroup.push(metrics['rm/in_group_accuracy']);
        if ('rm/held_out_accuracy' in metrics) left.push(metrics['rm/held_out_accuracy']);
      });
    }
    const [own, other] = [overSeeds(inGroup), overSeeds(left)];
    return {
      head: ['labelers', 'accuracy over the folds'],
      rows: [
        ['trained on', text(own)],
        ['held out', text(other)],
      ],
      reproduced: above(own, other) && above(other, 0.5),
      finding: `${text(own)} on labelers it was trained on, ${text(other)} on those left out: a gap of ${(100 * (own.mean - other.mean)).toFixed(1)} points (paper: 2.8)${overlap(own, other)}.`,
    };
  },
};

const draws = 64;
const sizes = [1, 2, 4, 8, 16, 32, 64];

/** Proxy and gold score of the best of n by a reward model, unbiased, mean over prompts. */
async function overOptimise(
  laboratory: Laboratory,
  rewardModel: RewardModel,
): Promise<{ proxy: number[]; gold: number[] }> {
  const model = await laboratory.sft();
  const prompts = laboratory.prompts.valid.slice(0, 60);
  const asked = prompts.flatMap((prompt) => new Array<typeof prompt>(draws).fill(prompt));
  const judged = await laboratory.once('best of n', () =>
    laboratory.answer(model, asked, 'best of n'),
  );
  const pass = new ScalarPass(rewardModel.config);
  try {
    const sequences = judged.map(({ completion, finish }, i) =>
      encodeCompletion(model, modelInput(asked[i].prompt), completion, finish === 'stop'),
    );
    const rewards = await pass.run(rewardModel.parameters, sequences, 'last', 64);
    const proxy = rewards.map((row) => row[0] + rewardModel.rewardBias);
    const of = (values: readonly number[]): number[] =>
      sizes.map((n) => {
        const means = prompts.map((_, p) => {
          const slice = <T>(list: readonly T[]): readonly T[] =>
            list.slice(p * draws, (p + 1) * draws);
          return bestOfN(slice(proxy), slice(values), n);
        });
        return means.reduce((sum, mean) => sum + mean, 0) / means.length;
      });
    return { proxy: of(proxy), gold: of(judged.map(({ score }) => score)) };
  } finally {
    pass.dispose();
  }
}

const overOptimisation: Row = {
  id: '11-over-optimisation',
  title: 'Over-optimisation of a reward model',
  claim:
    'The proxy goes on rising with optimisation; the gold score turns over, sooner with less data (Gao et al.).',
  quickSeeds: 1,
  async run(laboratories) {
    const kinds = [
      [
        '250 prompts',
        async (laboratory: Laboratory) =>
          laboratory.trainRewardModel((await laboratory.rankings()).train.slice(0, 250), {
            epochs: 2,
          }),
      ],
      ['all prompts', (laboratory: Laboratory) => laboratory.rewardModel()],
    ] as const;
    const curves = new Map<string, { proxy: number[][]; gold: number[][] }>();
    for (const [name, make] of kinds) {
      const own = { proxy: [] as number[][], gold: [] as number[][] };
      for (const laboratory of laboratories) {
        const { proxy, gold } = await overOptimise(laboratory, await make(laboratory));
        own.proxy.push(proxy);
        own.gold.push(gold);
      }
      curves.set(name, own);
    }
    const rows = sizes.map((n, i) => [
      String(n),
      bestOfNKl(n).toFixed(2),
      ...[...curves.values()].flatMap(({ proxy, gold }) => [
        text(overSeeds(proxy.map((values) => values[i])), 2),
        text(overSeeds(gold.map((values) => values[i])), 2),
      ]),
    ]);
    const meanGold = (name: string): number[] =>
      sizes.map(
        (_, i) => overSeeds((curves.get(name)?.gold ?? []).map((values) => values[i])).mean,
      );
    const [weak, strong] = [meanGold('250 prompts'), meanGold('all prompts')];
    const top = (values: readonly number[]): number => sizes[values.indexOf(Math.max(...values))];
    const series = [...curves].flatMap(([name, { proxy, gold }]): Series[] =>
      (
        [
          ['proxy', proxy],
          ['gold', gold],
        ] as const
      ).map(([what, values]) => ({
        name: `${what}, ${name}`,
        points: sizes.map(
          (n, i) => [bestOfNKl(n), overSeeds(values.map((one) => one[i])).mean] as const,
        ),
      })),
    );
    return {
      head: ['n', 'KL, nats', 'proxy, 250', 'gold, 250', 'proxy, all', 'gold, all'],
      rows,
      reproduced: top(weak) < top(strong) && strong[strong.length - 1] > weak[weak.length - 1],
      finding: `By the weak reward model the gold score is best at n = ${top(weak)} (${Math.max(...weak).toFixed(2)}) and ${weak[weak.length - 1].toFixed(2)} at n = ${draws}; by the full one at n = ${top(strong)} (${Math.max(...strong).toFixed(2)}) and ${strong[strong.length - 1].toFixed(2)}.`,
      plots: [{ title: 'Best of n', x: 'KL, nats', y: 'score', series }],
    };
  },
};

/** See the file's header. */
export const rewardRows: readonly Row[] = [wholePrompts, heldOut, overOptimisation];
