/**
 * Evaluation by the gold labeler (paper, section 4.1): every model answers the same held-out prompts;
 * reported are the mean gold score, the paper's flags, and how often a model is preferred to the SFT
 * model and to the base. The base is also judged behind a few-shot prefix, as "prompted"; where there
 * is a reward model, it chooses the prefix, and the best of N completions of the SFT model. Last, each
 * model's alignment tax is measured.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { modelInput, promptText, type Dataset } from '../../data/index.ts';
import type { StepReport } from '../../ml/rlhf/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { flagNames, promptSchema, type Prompt } from '../../protocol/records.ts';
import { createWorld, cutFewShot, fewShotText, isWorldPrompt, judge } from '../../world/index.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { evaluationFile, rewardRole } from '../reports/evaluationFile.ts';
import { writeEvaluationReport } from '../reports/evaluationReport.ts';
import type { WorkMaker } from '../runContext.ts';
import type { RunWork } from '../runWork.ts';
import { alignmentTax, taxProbe, type AlignmentTax } from './alignmentTax.ts';
import { bestOfCurve, type ScoredCompletion } from './bestOfCurve.ts';
import { EvalModels, type Written } from './evalModels.ts';
import { summarise, type Answer } from './evaluation.ts';
import { promptsOf, splitsNamed } from './examples.ts';
import { frozenInputs } from './frozenInputs.ts';
import { contestPrompts, contestScore, prefixes, winnerOf } from './prefixContest.ts';

const rowsPerStep = 64;
/** The role whose best of N is judged, and under what name. */
const bestRole = 'sft';
const bestName = 'sft-best-of-n';

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

const stateSchema = z.object({
  step: z.int(),
  answers: z.record(z.string(), z.array(answerSchema)),
  taxes: z.record(z.string(), taxSchema),
  contest: z.array(z.number()),
  drawn: z.array(z.array(z.object({ score: z.number(), gold: z.number() }))),
});

const inputsSchema = z.object({
  prompts: z.array(promptSchema),
  /** What the few-shot prefixes compete on. */
  contest: z.array(promptSchema),
});

/** See the file's header. */
export const evalWork: WorkMaker = async (context): Promise<RunWork> => {
  const { spec, folder } = context.run;
  const settings = resolveHyperparameters('eval', spec.hyperparameters);
  const most = settings.maxPrompts === 0 ? Infinity : settings.maxPrompts;
  const { prompts, contest } = await frozenInputs(context, inputsSchema, async (dataset) => {
    const asked = await worldPrompts(dataset, settings.split, most);
    if (asked.length === 0) throw noPrompts(settings.split);
    return { prompts: asked, contest: await worldPrompts(dataset, 'valid', contestPrompts) };
  });
  const world = createWorld();
  const candidates = prefixes(world);
  const models = new EvalModels(context.run, settings);
  const roles = Object.keys(spec.models).filter((role) => role !== rewardRole);
  const answers = new Map<string, Answer[]>();
  const taxes = new Map<string, AlignmentTax>();
  /** The score of each prefix. */
  const contestScores: number[] = [];
  /** Of each prompt, all that were drawn of the best of N. */
  const drawn: ScoredCompletion[][] = [];
  let step = 0;

  const judged = (prompt: Prompt, written: Written): Answer => {
    const { score, likert, flags } = judge(world, prompt, written.completion, written.finish);
    return { ...written, score, likert, flags };
  };

  /** Keeps the answers to the prompts from `first` on, and reports on them. */
  const keep = (name: string, first: number, found: readonly Answer[]): StepReport => {
    const all = [...(answers.get(name) ?? []), ...found];
    answers.set(name, all);
    const mean = all.reduce((sum, { score }) => sum + score, 0) / all.length;
    const prompt = prompts[first];
    const [{ completion, score }] = found;
    return {
      metrics: { [`eval/${name}`]: mean },
      samples: [
        {
          promptId: prompt.id,
          prompt: promptText(prompt),
          completion: `${name}: ${completion}`,
          score,
        },
      ],
    };
  };

  const compete = async (candidate: number): Promise<StepReport> => {
    const found = await contestScore(models, candidates[candidate], contest, String(candidate));
    contestScores.push(found);
    return { metrics: { 'eval/prefix_score': found } };
  };

  const answer = async (role: string, first: number): Promise<StepReport> => {
    const asked = prompts.slice(first, first + rowsPerStep);
    const texts = asked.map((prompt) => modelInput(promptText(prompt)));
    const written = await models.write(role, texts, `${role} ${first / rowsPerStep}`);
    return keep(
      role,
      first,
      written.map((one, i) => judged(asked[i], one)),
    );
  };

  const answerPrompted = async (first: number): Promise<StepReport> => {
    const asked = prompts.slice(first, first + rowsPerStep);
    const prefix = candidates[winnerOf(contestScores)];
    const texts = asked.map((prompt) => fewShotText(prefix, promptText(prompt)));
    const written = await models.write('base', texts, `prompted ${first / rowsPerStep}`);
    return keep(
      'prompted',
      first,
      written.map(({ completion, finish }, i) =>
        judged(asked[i], cutFewShot(prefix, completion, finish)),
      ),
    );
  };

  const answerBest = async (first: number, count: number): Promise<StepReport> => {
    const asked = prompts.slice(first, first + count);
    const each = asked.flatMap((prompt) => Array.from({ length: settings.bestOf }, () => prompt));
    const texts = each.map((prompt) => modelInput(promptText(prompt)));
    const written = await models.write(bestRole, texts, `${bestName} ${first}`);
    const scores = await models.score(texts, written);
    const all = written.map((one, i) => judged(each[i], one));
    const best = asked.map((_, p) => {
      const own = Array.from({ length: settings.bestOf }, (_, k) => p * settings.bestOf + k);
      // A prompt that does not fit the reward model's context has no best.
      if (own.every((i) => Number.isFinite(scores[i]))) {
        drawn.push(own.map((i) => ({ score: scores[i], gold: all[i].score })));
      }
      return all[own.reduce((top, i) => (scores[i] > scores[top] ? i : top))];
    });
    return keep(bestName, first, best);
  };

  const tax = async (role: string): Promise<StepReport> => {
    const { model } = await models.load(role);
    const found = await alignmentTax(model, taxProbe(world, spec.seed));
    taxes.set(role, found);
    return {
      metrics: {
        [`eval/${role}_pretrain_loss`]: found.pretrainLoss,
        [`eval/${role}_public_tasks`]: found.accuracy,
      },
    };
  };

  const starts = (size: number): number[] =>
    Array.from({ length: Math.ceil(prompts.length / size) }, (_, i) => i * size);
  const contested = models.scores && roles.includes('base') && contest.length > 0;
  const best = models.scores && roles.includes(bestRole) && settings.bestOf > 0;
  const perStep = Math.max(1, Math.floor(rowsPerStep / Math.max(1, settings.bestOf)));
  const jobs: readonly (() => Promise<StepReport>)[] = [
    ...(contested ? candidates.map((_, i) => () => compete(i)) : []),
    ...roles.flatMap((role) => [
      ...starts(rowsPerStep).map((first) => () => answer(role, first)),
      ...(role === 'base' ? starts(rowsPerStep).map((first) => () => answerPrompted(first)) : []),
    ]),
    ...(best ? starts(perStep).map((first) => () => answerBest(first, perStep)) : []),
    ...roles.map((role) => () => tax(role)),
  ];

  return {
    totalSteps: jobs.length,
    get step() {
      return step;
    },
    async advance() {
      const report = await jobs[step]();
      step += 1;
      return report;
    },
    snapshot: () => ({
      tensors: new Map(),
      json: z.json().parse({
        step,
        answers: Object.fromEntries(answers),
        taxes: Object.fromEntries(taxes),
        contest: contestScores,
        drawn,
      }),
    }),
    restore: (state) => {
      const saved = stateSchema.parse(state.json);
      step = saved.step;
      for (const [name, list] of Object.entries(saved.answers)) answers.set(name, list);
      for (const [role, found] of Object.entries(saved.taxes)) taxes.set(role, found);
      contestScores.push(...saved.contest);
      drawn.push(...saved.drawn);
    },
    async finish() {
      const found = {
        models: summarise(answers, taxes),
        ...(contested ? { prefix: candidates[winnerOf(contestScores)].prefix, contestScores } : {}),
        ...(best ? { bestOf: bestOfCurve(drawn, settings.bestOf) } : {}),
      };
      writeJsonAtomic(join(folder, evaluationFile), {
        ...found,
        answers: prompts.map((prompt, i) => ({
          promptId: prompt.id,
          prompt: promptText(prompt),
          category: prompt.category,
          completions: Object.fromEntries([...answers].map(([name, list]) => [name, list[i]])),
        })),
      });
      await writeEvaluationReport(context.run);
      return { writeModel: null, summary: { prompts: prompts.length, ...found } };
    },
    dispose: () => {
      models.dispose();
    },
  };
};

/** The first prompts of the named splits that are of the embedded world, so many of each. */
async function worldPrompts(dataset: Dataset, names: string, most: number): Promise<Prompt[]> {
  const found: Prompt[] = [];
  for (const split of splitsNamed(names)) {
    const own: Prompt[] = [];
    for (const entry of promptsOf(dataset, split)) {
      if (own.length === most) break;
      const { record } = await dataset.readRecord<'prompts'>('prompts', entry);
      if (isWorldPrompt(record)) own.push(record);
    }
    found.push(...own);
  }
  return found;
}

function noPrompts(split: string): InstructError {
  return new InstructError({
    code: 'empty-dataset',
    message: `No prompt of the "${split}" split is of the embedded world.`,
    remedy: 'The gold labeler judges only its own world: choose a split that has such prompts.',
  });
}
