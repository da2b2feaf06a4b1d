/** What is said when a GPU's memory runs out, on SwiftShader, where it really does. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../src/data/random.ts';
import { expand, input, mul, reduceMean, reduceSum } from '../../src/ml/graph/index.ts';
import { initialise } from '../../src/ml/models/index.ts';
import { LanguageModelLearner } from '../../src/ml/rlhf/languageModelLoss.ts';
import { Learner } from '../../src/ml/rlhf/learner.ts';
import type { LossPass } from '../../src/ml/rlhf/stepper.ts';
import { ParameterBuffer, type ExecutionOptions } from '../../src/ml/runtime/index.ts';
import { InstructError } from '../../src/protocol/errors.ts';
import { useSoftwareGpu } from '../fixtures/softwareGpu.ts';
import { tinyModel } from '../fixtures/tinyModel.ts';

const noGpu = useSoftwareGpu();
const gpu: ExecutionOptions = { threads: 1, device: 'webgpu' };
const optimizer = {
  adamBeta1: 0.9,
  adamBeta2: 0.95,
  adamEpsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 0,
};

async function refusal(step: Promise<unknown>): Promise<InstructError> {
  try {
    await step;
  } catch (error) {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'out-of-memory');
    return error;
  }
  assert.fail('it fits');
}

describe('a GPU whose memory runs out', { skip: noGpu ?? false }, () => {
  test('in a step names the largest batch that fits, and that batch runs', async () => {
    // A mean over values that take 1 MiB, and 64 times as much for each more: three take 4 GiB.
    const passOf = (size: number): LossPass => ({
      key: `${size}`,
      graph: () => {
        const weight = input('weight', [1]);
        const values = expand(mul(weight, weight), [64 ** size, 4096]);
        return { loss: reduceMean(reduceSum(values, [1])), trainable: [weight] };
      },
      feeds: {},
    });
    const parameters = new ParameterBuffer([{ name: 'weight', shape: [1] }], Float32Array.of(3));
    const learner = new Learner('policy', parameters, optimizer, gpu);
    const batch = {
      size: 3,
      of: 'episodes',
      setting: 'minibatchSize',
      passes: (size: number) => [passOf(size)],
    } as const;
    const said = await refusal(learner.step([passOf(3)], 0.5, batch));
    assert.match(said.message, /^Too little GPU memory to run the model: .* 3 episodes/);
    assert.match(said.message, /the largest batch that fits has 2\.$/);
    assert.match(said.remedy, /^Set minibatchSize to 2,/);
    await learner.step([passOf(1)], 0.5);
    await learner.toHost();
    assert.equal(learner.parameters.view('weight')[0], 2.5);
    learner.dispose();
  });

  test('by one sequence alone says that none fits', async () => {
    // The logits of 1,024 tokens over a million words take 4 GB.
    const tiny = tinyModel();
    const config = { ...tiny.config, vocabSize: 1e6, nCtx: 1024, nEmbd: 2, nHead: 1, nInner: 2 };
    const parameters = initialise(config, 'language', new Random(1));
    const settings = { ...optimizer, microBatchSize: 0, gradientCheckpointing: false };
    const learner = new LanguageModelLearner({ ...tiny, config, parameters }, 'all', settings, gpu);
    const completion = Array.from({ length: 1024 }, (_, i) => i);
    const sequence = { prompt: [], completion };
    const said = await refusal(learner.step([sequence, sequence], 1e-3));
    assert.match(said.message, /^Too little GPU memory to run the model: .*2 sequences at once/);
    assert.match(said.message, /not even one fits\.$/);
    assert.match(said.remedy, /adapter/);
    learner.dispose();
  });
});
