/** Sampling: K completions for each prompt, appended to `completions/<model>.jsonl`. */
import { join } from 'node:path';
import * as z from 'zod';
import { Random, RecordStore } from '../../data/index.ts';
import { Generator, modelDigest } from '../../ml/models/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { Completion } from '../../protocol/records.ts';
import type { WorkMaker } from '../runContext.ts';
import type { RunWork } from '../runWork.ts';
import { asked, askedSchema, promptsOf, refuseEmpty, splitsNamed, type Asked } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf } from './modelWork.ts';
import { executionOf } from './execution.ts';

/** Completions drawn at once, at most. */
const rowsPerStep = 64;

/** See the file's header. */
export const sampleWork: WorkMaker = async (context): Promise<RunWork> => {
  const { spec, project } = context.run;
  const settings = resolveHyperparameters('sample', spec.hyperparameters);
  const name = spec.models['policy'];
  const model = await languageModelOf(context.run, 'policy');
  const digest = await modelDigest(join(project, name));
  const gathered = await frozenInputs(context, z.array(askedSchema), (dataset) => {
    const most = settings.maxPrompts === 0 ? Infinity : settings.maxPrompts;
    const found = splitsNamed(settings.split)
      .flatMap((split) => promptsOf(dataset, split).slice(0, most))
      .map(asked);
    refuseEmpty(found, 'prompts', settings.split, 'Add prompts, or choose another split.');
    return found;
  });
  const room = model.config.nCtx - settings.maxNewTokens;
  const prompts = gathered
    .map((prompt) => ({ ...prompt, tokens: model.tokenizer.encode(prompt.prompt) }))
    .filter(({ tokens }) => tokens.length <= room);
  if (prompts.length < gathered.length) {
    const message = `${gathered.length - prompts.length} of ${gathered.length} prompts leave no room for ${settings.maxNewTokens} new tokens in a context of ${model.config.nCtx}.`;
    if (prompts.length === 0) {
      const remedy = 'Add shorter prompts, or lower sample.maxNewTokens.';
      throw new InstructError({ code: 'empty-dataset', message, remedy });
    }
    context.warn('prompt-too-long', message);
  }
  const generator = new Generator(model.config, await executionOf(spec, context));
  const store = new RecordStore(project);
  const promptsPerStep = Math.max(1, Math.floor(rowsPerStep / settings.completionsPerPrompt));
  let step = 0;

  const sample = async (first: number): Promise<{ records: Completion[]; prompts: Asked[] }> => {
    const rows = prompts.slice(first, first + promptsPerStep).flatMap((prompt, i) =>
      Array.from({ length: settings.completionsPerPrompt }, (_, k) => ({
        prompt,
        id: `${spec.id}-${first + i}-${k}`,
      })),
    );
    const drawn = await generator.generate(
      model.parameters,
      rows.map(({ prompt }) => prompt.tokens),
      {
        maxNewTokens: settings.maxNewTokens,
        temperature: settings.temperature,
        topP: settings.topP,
        topK: settings.topK,
        repetitionPenalty: settings.repetitionPenalty,
        minNewTokens: settings.minNewTokens,
        endTokens: model.tokenizer.endTokens,
        random: new Random(`sample ${spec.seed} ${step}`),
      },
    );
    const created = new Date(context.surroundings.clock()).toISOString();
    const records = rows.map(({ prompt, id }, i): Completion => {
      const { tokens, logprob, finish } = drawn[i];
      return {
        id,
        promptId: prompt.promptId,
        completion: model.tokenizer.decode(tokens, { skipSpecial: true }),
        model: { name, digest },
        sampling: {
          temperature: settings.temperature,
          topP: settings.topP,
          ...(settings.topK > 0 && { topK: settings.topK }),
          ...(settings.repetitionPenalty !== 1 && {
            repetitionPenalty: settings.repetitionPenalty,
          }),
          ...(settings.minNewTokens > 0 && { minTokens: settings.minNewTokens }),
          maxTokens: settings.maxNewTokens,
          seed: spec.seed,
        },
        finish: finish === 'stop' ? 'stop' : 'length',
        logprob,
        created,
      };
    });
    return { records, prompts: rows.map(({ prompt }) => prompt) };
  };

  return {
    totalSteps: Math.ceil(prompts.length / promptsPerStep),
    get step() {
      return step;
    },
    async advance() {
      const { records, prompts: asked } = await sample(step * promptsPerStep);
      await store.appendAll('completions', name, records);
      step += 1;
      const tokens = records.reduce((sum, { completion }) => sum + completion.length, 0);
      const ended = records.filter(({ finish }) => finish === 'stop').length / records.length;
      return {
        metrics: { 'sample/ended': ended, 'sample/characters': tokens / records.length },
        samples: [
          {
            promptId: asked[0].promptId,
            prompt: asked[0].prompt,
            completion: records[0].completion,
          },
        ],
      };
    },
    snapshot: () => ({ tensors: new Map(), json: step }),
    restore: (state) => {
      step = z.int().parse(state.json);
    },
    finish: () =>
      Promise.resolve({
        writeModel: null,
        summary: {
          prompts: prompts.length,
          completions: prompts.length * settings.completionsPerPrompt,
        },
      }),
    dispose: () => {
      generator.dispose();
    },
  };
};
