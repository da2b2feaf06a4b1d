/** Rows 2, 5 and 12: small against large, how long to fine-tune, and on what. */
import { Random } from '../../src/data/random.ts';
import { modelInput } from '../../src/data/promptText.ts';
import { initialise, type LanguageModel, type ModelConfig } from '../../src/ml/models/index.ts';
import { PretrainLoop, SftLoop, heldOutLoss } from '../../src/ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../src/protocol/hyperparameters.ts';
import type { Laboratory } from './laboratory.ts';
import { above, overSeeds, preference, text } from './numbers.ts';
import type { Row, Series } from './row.ts';

/** A model of the base's kind with the tokenizer of the base, pre-trained here on the same web. */
async function smallBase(laboratory: Laboratory): Promise<LanguageModel> {
  const config: ModelConfig = {
    ...laboratory.base.config,
    nEmbd: 16,
    nInner: 64,
    nLayer: 3,
    nHead: 2,
  };
  const parameters = initialise(config, 'language', new Random(`small ${laboratory.seed}`));
  const loop = new PretrainLoop({
    model: { ...laboratory.base, config, parameters },
    document: (random) => laboratory.document(random),
    hyperparameters: resolveHyperparameters('pretrain', { steps: 1500, learningRate: 0.01 }),
    seed: laboratory.seed,
  });
  return laboratory.run('pretrain small', loop);
}

const small: Row = {
  id: '02-small',
  title: 'A small aligned model against a large base',
  claim: 'Labelers prefer the 1.3B InstructGPT to the 175B GPT-3, over 100 times its size.',
  quickSeeds: 1,
  async run(laboratories) {
    const pairs = { base: [] as Pair[], small: [] as Pair[] };
    let factor = 0;
    for (const laboratory of laboratories) {
      const start = await smallBase(laboratory);
      factor = laboratory.base.parameters.size / start.parameters.size;
      const sft = await laboratory.trainSft({ epochs: 8, learningRate: 0.005 }, start);
      const aligned = await laboratory.trainPpo(
        { learningRate: 1e-3, iterations: laboratory.size.sweepIterations },
        undefined,
        { model: sft },
      );
      const { test } = laboratory.prompts;
      const answers = await laboratory.answer(aligned, test, 'small');
      const base = await laboratory.answers('base', () => Promise.resolve(laboratory.base));
      const unaligned = await laboratory.answer(start, test, 'small base');
      pairs.base.push(...answers.map((answer, i): Pair => [answer, base[i]]));
      pairs.small.push(...answers.map((answer, i): Pair => [answer, unaligned[i]]));
    }
    const rate = preference(pairs.base);
    return {
      head: ['the small PPO model against', 'preferred'],
      rows: [
        [`the base, ${factor.toFixed(0)} times its size`, text(rate)],
        ['its own base', text(preference(pairs.small))],
      ],
      reproduced: factor >= 30 && above(rate, 0.5),
      finding: `A policy of one ${factor.toFixed(0)}th of the base's size is preferred to it on ${text(rate)} of the prompts.`,
    };
  },
};
type Pair = readonly [{ score: number }, { score: number }];

const epochsSeen = [1, 2, 4, 8, 16];

const epochs: Row = {
  id: '05-epochs',
  title: 'How long to fine-tune',
  claim:
    'The SFT loss on held-out demonstrations is best after one epoch, but answers go on getting better.',
  quickSeeds: 1,
  async run(laboratories) {
    const losses = new Map<number, number[]>();
    const golds = new Map<number, number[]>();
    for (const laboratory of laboratories) {
      const demonstrations = laboratory.demonstrations.slice(0, 600);
      const loop = new SftLoop({
        model: { ...laboratory.base, parameters: laboratory.base.parameters.clone() },
        demonstrations,
        validation: laboratory.validation,
        hyperparameters: resolveHyperparameters('sft', { epochs: 16 }),
        seed: laboratory.seed,
      });
      let epoch = 0;
      await laboratory.run('sft 16 epochs', loop, async (_, { metrics }) => {
        if (!('sft/validation_loss' in metrics)) return;
        epoch += 1;
        if (!epochsSeen.includes(epoch)) return;
        const { model } = await loop.finish();
        const answers = await laboratory.answer(model, laboratory.prompts.valid, `epoch ${epoch}`);
        const gold = answers.reduce((sum, { score }) => sum + score, 0) / answers.length;
        losses.set(epoch, [...(losses.get(epoch) ?? []), metrics['sft/validation_loss']]);
        golds.set(epoch, [...(golds.get(epoch) ?? []), gold]);
      });
    }
    const loss = epochsSeen.map((epoch) => overSeeds(losses.get(epoch) ?? [NaN]));
    const gold = epochsSeen.map((epoch) => overSeeds(golds.get(epoch) ?? [NaN]));
    const best = epochsSeen[argMin(loss.map(({ mean }) => mean))];
    const bestGold = epochsSeen[argMin(gold.map(({ mean }) => -mean))];
    const curve = (name: string, of: typeof loss): Series => ({
      name,
      points: epochsSeen.map((epoch, i) => [epoch, of[i].mean]),
    });
    return {
      head: ['epochs', 'validation loss', 'gold score'],
      rows: epochsSeen.map((epoch, i) => [String(epoch), text(loss[i]), text(gold[i], 2)]),
      reproduced: best < 16 && bestGold > best,
      finding: `The loss is lowest after ${best} epochs, the gold score highest after ${bestGold}.`,
      plots: [
        {
          title: 'Validation loss',
          x: 'epochs',
          y: 'nats a token',
          logX: true,
          series: [curve('validation loss', loss)],
        },
        {
          title: 'Gold score',
          x: 'epochs',
          y: 'gold score',
          logX: true,
          series: [curve('gold score', gold)],
        },
      ],
    };
  },
};

const narrowCategories = ['classification', 'closed_qa', 'extract', 'summarization'];

const narrow: Row = {
  id: '12-narrow',
  title: 'Public data sets against what users ask',
  claim: 'Models tuned on FLAN or T0 beat GPT-3 but lose to SFT, and to InstructGPT by 78 : 22.',
  quickSeeds: 1,
  async run(laboratories) {
    const against = { base: [] as Pair[], sft: [] as Pair[], ptx: [] as Pair[] };
    for (const laboratory of laboratories) {
      const texts = new Set(
        laboratory.prompts.train
          .filter(({ category }) => narrowCategories.includes(category))
          .map(({ prompt }) => modelInput(prompt)),
      );
      const own = laboratory.demonstrations.filter(({ prompt }) => texts.has(prompt));
      const model = await laboratory.trainSft({ epochs: 8 }, laboratory.base, own);
      const answers = await laboratory.answer(model, laboratory.prompts.test, 'narrow');
      const sft = await laboratory.answers('sft', () => laboratory.sft());
      const ptx = await laboratory.answers('ppo-ptx', () => laboratory.ppoPtx());
      const base = await laboratory.answers('base', () => Promise.resolve(laboratory.base));
      against.base.push(...answers.map((answer, i): Pair => [answer, base[i]]));
      against.sft.push(...answers.map((answer, i): Pair => [answer, sft[i]]));
      against.ptx.push(...answers.map((answer, i): Pair => [ptx[i], answer]));
    }
    const [base, sft, ptx] = [against.base, against.sft, against.ptx].map(preference);
    return {
      head: ['comparison', 'preferred'],
      rows: [
        ['narrow SFT over the base', text(base)],
        ['narrow SFT over SFT', text(sft)],
        ['PPO-ptx over narrow SFT', text(ptx)],
      ],
      reproduced: above(base, 0.5) && sft.mean + (sft.half ?? 0) < 0.5 && above(ptx, 0.5),
      finding: `SFT on ${narrowCategories.join(', ')} alone is preferred to the base on ${text(base)} and to SFT on ${text(sft)}; PPO-ptx is preferred to it on ${text(ptx)}.`,
    };
  },
};

function argMin(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

/** Loss of a model on documents that the seed's training has not drawn. */
export function webLoss(laboratory: Laboratory, model: LanguageModel): Promise<number> {
  const random = new Random(`web loss ${laboratory.seed}`);
  const documents = Array.from({ length: 150 }, () => laboratory.document(random));
  return heldOutLoss(model, documents);
}

/** See the file's header. */
export const modelRows: readonly Row[] = [small, epochs, narrow];
