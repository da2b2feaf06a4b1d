/** Training by WebGPU, on SwiftShader, against the processor. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../src/data/random.ts';
import { expand, input } from '../../src/ml/graph/index.ts';
import { withScalarHead } from '../../src/ml/models/index.ts';
import { PpoLoop, SftLoop } from '../../src/ml/rlhf/index.ts';
import { Program, pickDevice, type ExecutionOptions } from '../../src/ml/runtime/index.ts';
import { namesSoftware } from '../../src/ml/runtime/pickDevice.ts';
import { resolveHyperparameters } from '../../src/protocol/hyperparameters.ts';
import { InstructError } from '../../src/protocol/errors.ts';
import { useSoftwareGpu } from '../fixtures/softwareGpu.ts';
import { lessons, tinyModel } from '../fixtures/tinyModel.ts';

const noGpu = useSoftwareGpu();
const cpu: ExecutionOptions = { threads: 1 };
const gpu: ExecutionOptions = { threads: 1, device: 'webgpu' };

/** An adapter, in parts of a batch, with checkpointing: two programs, four steps. */
function sft(execution: ExecutionOptions): SftLoop {
  return new SftLoop({
    model: tinyModel(),
    demonstrations: lessons,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', {
      epochs: 4,
      batchSize: 4,
      microBatchSize: 2,
      gradientCheckpointing: true,
      learningRate: 0.05,
      loraRank: 2,
    }),
    seed: 1,
    execution,
  });
}

async function losses(loop: SftLoop, until: number): Promise<number[]> {
  const found: number[] = [];
  while (loop.step < until) found.push((await loop.advance()).metrics['sft/loss']);
  return found;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, by: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= by, `[${i}] ${actual[i]}, not ${expected[i]}`);
  }
}

describe('a GPU', { skip: noGpu ?? false }, () => {
  test('trains to the losses of the processor, and on from a snapshot', async () => {
    const [there, here] = [sft(gpu), sft(cpu)];
    const expected = await losses(here, 4);
    assert.ok(expected[3] < expected[0] - 0.02, 'it learns');
    const first = await losses(there, 2);
    await there.settle();
    const state = structuredClone(there.snapshot());
    assertClose([...first, ...(await losses(there, 4))], expected, 1e-4);
    there.restore(state);
    assertClose(await losses(there, 4), expected.slice(2), 1e-4);
    const [{ model }, { model: reference }] = [await there.finish(), await here.finish()];
    assertClose(model.parameters.data, reference.parameters.data, 1e-3);
    for (const loop of [there, here]) loop.dispose();
  });

  test('takes the steps of PPO, with pre-training text and a moving average', async () => {
    const model = tinyModel();
    const parameters = withScalarHead(model.config, model.parameters, new Random('reward'));
    const iterate = async (execution: ExecutionOptions): Promise<Record<string, number>[]> => {
      const loop = new PpoLoop({
        model,
        rewardModel: { ...model, parameters, rewardBias: 0.5 },
        prompts: lessons.map(({ prompt }, i) => ({ promptId: `p${i}`, prompt })),
        document: (random) => lessons[random.integer(lessons.length)].completion,
        hyperparameters: resolveHyperparameters('ppo', {
          iterations: 2,
          batchSize: 4,
          minibatchSize: 4,
          maxNewTokens: 3,
          learningRate: 1e-3,
          ptxCoef: 0.5,
          emaDecay: 0.9,
        }),
        seed: 3,
        execution,
      });
      const reports: Record<string, number>[] = [];
      while (loop.step < loop.totalSteps) reports.push({ ...(await loop.advance()).metrics });
      await loop.finish();
      loop.dispose();
      return reports;
    };
    const [there, here] = [await iterate(gpu), await iterate(cpu)];
    for (const [i, metrics] of here.entries()) {
      for (const name of ['ppo/score', 'ppo/value_loss', 'ppo/ptx_loss', 'grad_norm']) {
        assertClose([there[i][name]], [metrics[name]], 2e-3 * (1 + Math.abs(metrics[name])));
      }
    }
  });

  test('says in a sentence that its memory is too small', async () => {
    const huge = expand(input('x', [1]), [1e9]);
    const program = await Program.compile({ huge }, gpu, ['huge']);
    await assert.rejects(program.run({ x: Float32Array.of(1) }), (error) => {
      assert.ok(error instanceof InstructError);
      assert.equal(error.code, 'out-of-memory');
      assert.match(error.message, /^Too little GPU memory to run the model/);
      return true;
    });
    program.dispose();
  });

  test('is not taken by itself where it is software', async () => {
    assert.ok(namesSoftware(process.env));
    const opensDevice = await Program.compile({ y: input('x', [1]) }, gpu);
    opensDevice.dispose();
    const drivers = process.env['VK_ICD_FILENAMES'];
    delete process.env['VK_ICD_FILENAMES'];
    try {
      // Without its driver's name it is known by its speed.
      assert.equal(await pickDevice(), 'cpu');
    } finally {
      process.env['VK_ICD_FILENAMES'] = drivers;
    }
  });
});
