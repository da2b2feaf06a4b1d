/** The invariants of PPO-ptx, of the average and of the controller, by their numbers in the paper's list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/data/random.ts';
import { withScalarHead, type RewardModel } from '../../../src/ml/models/index.ts';
import { ExponentialMovingAverage } from '../../../src/ml/optim/index.ts';
import { encodeCompletion } from '../../../src/ml/rlhf/encodeCompletion.ts';
import { adaptiveKl, constantKl } from '../../../src/ml/rlhf/klController.ts';
import { Learner } from '../../../src/ml/rlhf/learner.ts';
import type { LossPass } from '../../../src/ml/rlhf/stepper.ts';
import { PpoLoop } from '../../../src/ml/rlhf/ppo.ts';
import type { PpoOptions } from '../../../src/ml/rlhf/ppoOptions.ts';
import { policyPass, ptxPass } from '../../../src/ml/rlhf/ppoPasses.ts';
import type { LoopState } from '../../../src/ml/rlhf/trainingLoop.ts';
import { ParameterBuffer } from '../../../src/ml/runtime/index.ts';
import { resolveHyperparameters } from '../../../src/protocol/hyperparameters.ts';
import { presetValues } from '../../../src/protocol/presets.ts';
import { lessons, tinyModel } from '../../fixtures/tinyModel.ts';
import { close, execution, near } from './numbers.ts';

const model = tinyModel();
const rewardModel: RewardModel = {
  ...model,
  parameters: withScalarHead(model.config, model.parameters, new Random('head')),
  rewardBias: 0,
};
const document = (random: Random): string => {
  const { prompt, completion } = random.pick(lessons);
  return prompt + completion;
};

const options = (settings: Record<string, unknown> = {}): PpoOptions => ({
  model,
  rewardModel,
  prompts: lessons.map(({ prompt }, i) => ({ promptId: `p${i}`, prompt })),
  hyperparameters: resolveHyperparameters('ppo', {
    iterations: 3,
    batchSize: 16,
    minibatchSize: 8,
    learningRate: 3e-3,
    maxNewTokens: 8,
    ...settings,
  }),
  seed: 5,
  execution,
});

async function finished(made: PpoOptions): Promise<LoopState> {
  const loop = new PpoLoop(made);
  while (loop.step < loop.totalSteps) await loop.advance();
  const state = loop.snapshot();
  loop.dispose();
  return state;
}

test('19. with γ_ptx = 0 a step is PPO’s, bit for bit; with γ_ptx above 0 it is another', async () => {
  const plain = await finished(options({ ptxCoef: 0 }));
  const zero = await finished({ ...options({ ptxCoef: 0 }), document });
  assert.deepEqual(zero, plain);
  const mixed = await finished({ ...options({ ptxCoef: 1 }), document });
  assert.notDeepEqual(mixed.tensors, plain.tensors);
});

test('19. the gradient of the whole is PPO’s plus γ times that of the pre-training text (1e-6)', async () => {
  const sequences = lessons.map((lesson) =>
    encodeCompletion(model, lesson.prompt, lesson.completion),
  );
  const ofPpo = policyPass(
    model.config,
    {
      sequences,
      oldLogprobs: sequences.map(({ completion }) => new Float32Array(completion.length).fill(-5)),
      advantages: sequences.map(({ completion }, i) =>
        new Float32Array(completion.length).fill(i - 1.5),
      ),
    },
    { temperature: 1, clipRange: 0.2 },
  );
  const rows = [{ prompt: [], completion: model.tokenizer.encode(document(new Random(1))) }];
  const gamma = 2.5;
  const [ppo, ptx, both] = [
    await gradientOf([ofPpo]),
    await gradientOf([ptxPass(model.config, rows, 1)]),
    await gradientOf([ofPpo, ptxPass(model.config, rows, gamma)]),
  ];
  assert.ok(ppo.some((entry) => Math.abs(entry) > 1e-3) && ptx.some((e) => Math.abs(e) > 1e-3));
  close(
    both,
    ppo.map((entry, i) => entry + gamma * ptx[i]),
  );
});

/** With β1 = 0 the mean of Adam's first step is the gradient itself. */
async function gradientOf(passes: readonly LossPass[]): Promise<Float32Array> {
  const settings = { adamBeta1: 0, adamBeta2: 0.95, adamEpsilon: 1e-8 };
  const learner = new Learner(
    'policy',
    model.parameters.clone(),
    { ...settings, weightDecay: 0, maxGradNorm: 0 },
    execution,
  );
  await learner.step(passes, 1e-3);
  const mean = learner.snapshot().tensors.get('policy:mean');
  learner.dispose();
  assert.ok(mean !== undefined);
  return mean.data;
}

test('19. β → ∞ keeps the policy at its reference', async () => {
  const drift = async (klCoef: number): Promise<number> => {
    const loop = new PpoLoop(options({ iterations: 25, learningRate: 1e-3, klCoef }));
    let kl = 0;
    while (loop.step < loop.totalSteps) kl = (await loop.advance()).metrics['ppo/kl_k3'];
    loop.dispose();
    return kl;
  };
  const [free, held] = [await drift(0), await drift(100)];
  assert.ok(held < free / 2, `${held} against ${free}`);
});

test('23. the average of weights that stay is those weights', () => {
  const weights = single([0.1, -3, 7e-5]);
  const average = new ExponentialMovingAverage(weights, 0.992);
  for (let update = 0; update < 100; update++) average.update(weights);
  assert.deepEqual(average.parameters.data, weights.data);
});

test('23. after 500 updates the first weights have the share .992^500 = .018023; half after 86.3', () => {
  const decay = Number(presetValues('paper-1.3b', 'ppo')['emaDecay']);
  const average = new ExponentialMovingAverage(single([1]), decay);
  const shares = Array.from({ length: 500 }, () => {
    average.update(single([0]));
    return average.parameters.data[0];
  });
  near(shares[499], 0.018023, 1e-5);
  assert.ok(
    shares[85] > 0.5 && shares[86] < 0.5,
    'after 86 updates above one half, after 87 below',
  );
});

function single(values: readonly number[]): ParameterBuffer {
  return new ParameterBuffer([{ name: 'w', shape: [values.length] }], Float32Array.from(values));
}

test('24. adaptive β: unchanged at the target, monotone in KL, a factor within 1 ± .2·n/h', () => {
  const after = (kl: number): number => {
    const controller = adaptiveKl(0.15, 6, 10_000);
    controller.update(kl, 512);
    return controller.value;
  };
  assert.equal(after(6), 0.15);
  const kl = fc.float({ min: 0, max: 1000, noNaN: true });
  fc.assert(
    fc.property(kl, kl, (one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(after(less) <= after(more));
      // .2 · 512 / 10,000 = .01024
      assert.ok(after(less) >= 0.15 * (1 - 0.01024) - 1e-12);
      assert.ok(after(more) <= 0.15 * (1 + 0.01024) + 1e-12);
    }),
  );
  const constant = constantKl(0.02);
  constant.update(100, 512);
  assert.equal(constant.value, 0.02);
});

test('section 9: lm-human-preferences’ controller over KL = 0, 3, 6, 6.6, 12, 100, 5.9', () => {
  const controller = adaptiveKl(0.15, 6, 10_000);
  const values = [0, 3, 6, 6.6, 12, 100, 5.9].map((kl) => {
    controller.update(kl, 512);
    return controller.value;
  });
  close(
    values,
    [0.148464, 0.14694373, 0.14694373, 0.14769608, 0.14920849, 0.15073638, 0.15060775],
    1e-8,
  );
});
