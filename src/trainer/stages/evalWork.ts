/**
 * Evaluation by the gold labeler (paper, section 4.1): every model answers the same held-out prompts;
 * reported are the mean gold score, the paper's flags, and how often a model is preferred to the SFT
 * model and to the base. The base is also judged behind a few-shot prefix, as "prompted". Last, each
 * model's alignment tax is measured.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { Random, modelInput, promptText } from '../../data/index.ts';
import { Generator, type LanguageModel } from '../../ml/models/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { flagNames, promptSchema, type Prompt } from '../../protocol/records.ts';
import {
  createWorld,
  cutFewShot,
  fewShotPrefix,
  fewShotText,
  isWorldPrompt,
  judge,
} from '../../world/index.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import type { WorkMaker } from '../runContext.ts';
import type { RunWork } from '../runWork.ts';
import { alignmentTax, taxProbe, type AlignmentTax } from './alignmentTax.ts';
import { summarise, type Answer } from './evaluation.ts';
import { promptsOf, splitsNamed } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelOf } from './modelWork.ts';

/** The file in the run folder that holds every answer and its judgement. */
export const evaluationFile = 'evaluation.json';
const rowsPerStep = 64;

const answerSchema = z.object({
  completion: z.string(),
  finish: z.enum(['stop', 'length']),
  score: z.number(),
  likert: z.number(),
  flags: z.record(z.enum(flagNames), z.boolean().nullable()),
});

const taxSchema = z.object({
  pretrainLoss: z.number(),
  tasks: z.record(z.string(), z.number()),
  accuracy: z.number(),
  questions: z.int(),
});

/** A model to be judged: `role` says whose folder, `name` under what it is reported. */
interface Judged {
  readonly name: string;
  readonly role: string;
}

/** See the file's header. */
export const evalWork: WorkMaker = async (context): Promise<RunWork> => {
  const { spec, folder } = context.run;
  const settings = resolveHyperparameters('eval', spec.hyperparameters);
  const prompts = await frozenInputs(context, z.array(promptSchema), async (dataset) => {
    const most = settings.maxPrompts === 0 ? Infinity : settings.maxPrompts;
    const found: Prompt[] = [];
    for (const split of splitsNamed(settings.split)) {
      const own: Prompt[] = [];
      for (const entry of promptsOf(dataset, split)) {
        if (own.length === most) break;
        const { record } = await dataset.readRecord<'prompts'>('prompts', entry);
        if (isWorldPrompt(record)) own.push(record);
      }
      found.push(...own);
    }
    if (found.length > 0) return found;
    throw new InstructError({
      code: 'empty-dataset',
      message: `No prompt of the "${settings.split}" split is of the embedded world.`,
      remedy: 'The gold labeler judges only its own world: choose a split that has such prompts.',
    });
  });
  const world = createWorld();
  const shots = fewShotPrefix(world);
  const judged = Object.keys(spec.models).flatMap((role): Judged[] =>
    role === 'base'
      ? [
          { name: role, role },
          { name: 'prompted', role },
        ]
      : [{ name: role, role }],
  );
  const batches = Math.ceil(prompts.length / rowsPerStep);
  const answering = judged.length * batches;
  const roles = Object.keys(spec.models);
  const taxes = new Map<string, AlignmentTax>();
  const answers = new Map<string, Answer[]>(judged.map(({ name }) => [name, []]));
  let loaded: { role: string; model: LanguageModel; generator: Generator } | null = null;
  let step = 0;

  const load = async (role: string): Promise<{ model: LanguageModel; generator: Generator }> => {
    if (loaded?.role === role) return loaded;
    loaded?.generator.dispose();
    loaded = null;
    const model = await languageModelOf(context.run, role);
    loaded = { role, model, generator: new Generator(model.config) };
    return loaded;
  };

  const answer = async ({ name, role }: Judged, batch: number): Promise<Answer[]> => {
    const { model, generator } = await load(role);
    const asked = prompts.slice(batch * rowsPerStep, (batch + 1) * rowsPerStep);
    const few = name === 'prompted';
    // A prompt that is too long loses its beginning: with a prefix, the oldest examples.
    const room = Math.max(1, model.config.nCtx - settings.maxNewTokens);
    const inputs = asked.map((prompt) => {
      const text = promptText(prompt);
      return model.tokenizer.encode(few ? fewShotText(shots, text) : modelInput(text)).slice(-room);
    });
    const drawn = await generator.generate(model.parameters, inputs, {
      maxNewTokens: settings.maxNewTokens,
      temperature: settings.temperature,
      endToken: model.tokenizer.endToken,
      random: new Random(`eval ${spec.seed} ${name} ${batch}`),
    });
    return asked.map((prompt, i) => {
      const { tokens } = drawn[i];
      const finish: Answer['finish'] = drawn[i].finish === 'stop' ? 'stop' : 'length';
      const written = model.tokenizer.decode(tokens, { skipSpecial: true });
      const said = few ? cutFewShot(shots, written, finish) : { completion: written, finish };
      const { score, likert, flags } = judge(world, prompt, said.completion, said.finish);
      return { ...said, score, likert, flags };
    });
  };

  const tax = async (role: string): Promise<Record<string, number>> => {
    const { model } = await load(role);
    const found = await alignmentTax(model, taxProbe(world, spec.seed));
    taxes.set(role, found);
    return {
      [`eval/${role}_pretrain_loss`]: found.pretrainLoss,
      [`eval/${role}_public_tasks`]: found.accuracy,
    };
  };

  return {
    totalSteps: answering + roles.length,
    get step() {
      return step;
    },
    async advance() {
      if (step >= answering) {
        const metrics = await tax(roles[step - answering]);
        step += 1;
        return { metrics };
      }
      const subject = judged[Math.floor(step / batches)];
      const batch = step % batches;
      const found = await answer(subject, batch);
      const all = answers.get(subject.name) ?? [];
      all.push(...found);
      step += 1;
      const mean = all.reduce((sum, { score }) => sum + score, 0) / all.length;
      const prompt = prompts[batch * rowsPerStep];
      return {
        metrics: { [`eval/${subject.name}`]: mean },
        samples: [
          {
            promptId: prompt.id,
            prompt: promptText(prompt),
            completion: `${subject.name}: ${found[0].completion}`,
            score: found[0].score,
          },
        ],
      };
    },
    snapshot: () => ({
      tensors: new Map(),
      json: z.json().parse({
        step,
        answers: Object.fromEntries(answers),
        taxes: Object.fromEntries(taxes),
      }),
    }),
    restore: (state) => {
      const saved = z
        .object({
          step: z.int(),
          answers: z.record(z.string(), z.array(answerSchema)),
          taxes: z.record(z.string(), taxSchema),
        })
        .parse(state.json);
      step = saved.step;
      for (const [name, list] of Object.entries(saved.answers)) answers.set(name, list);
      for (const [role, found] of Object.entries(saved.taxes)) taxes.set(role, found);
    },
    finish() {
      const summary = summarise(answers, taxes);
      writeJsonAtomic(join(folder, evaluationFile), {
        models: summary,
        answers: prompts.map((prompt, i) => ({
          promptId: prompt.id,
          prompt: promptText(prompt),
          category: prompt.category,
          completions: Object.fromEntries([...answers].map(([name, list]) => [name, list[i]])),
        })),
      });
      return Promise.resolve({
        writeModel: null,
        summary: { prompts: prompts.length, models: summary },
      });
    },
    dispose: () => {
      loaded?.generator.dispose();
    },
  };
};
