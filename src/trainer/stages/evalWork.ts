/**
 * Evaluation (paper, section 4.1): every model answers the same held-out prompts; reported are the mean
 * score, the paper's flags, and how often a model is preferred to the SFT model and to the base. The
 * base is also judged behind a few-shot prefix, as "prompted"; where there is a reward model, it chooses
 * the prefix, and the best of N completions of the SFT model. Prompts of the embedded world are scored
 * by the gold labeler, and each model's alignment tax is measured; others are scored by a reward model.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { modelInput, promptText } from '../../data/index.ts';
import type { StepReport } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { flagNames } from '../../protocol/records.ts';
import { createWorld, cutFewShot, fewShotText } from '../../world/index.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { evaluationFile, rewardRole } from '../reports/evaluationFile.ts';
import { writeEvaluationReport } from '../reports/evaluationReport.ts';
import type { WorkMaker } from '../runContext.ts';
import type { RunWork } from '../runWork.ts';
import { alignmentTax, taxProbe, type AlignmentTax } from './alignmentTax.ts';
import { bestOfCurve, type ScoredCompletion } from './bestOfCurve.ts';
import { evalInputsSchema, gatherEvalInputs } from './evalInputs.ts';
import { EvalModels } from './evalModels.ts';
import { summarise, type Answer } from './evaluation.ts';
import { frozenInputs } from './frozenInputs.ts';
import { contestScore, winnerOf } from './prefixContest.ts';
import { scorerOf } from './scorers.ts';

const rowsPerStep = 64;
/** The role whose best of N is judged, and under what name. */
const bestRole = 'sft';
const bestName = 'sft-best-of-n';

const answerSchema = z.object({
  completion: z.string(),
  finish: z.enum(['stop', 'length']),
  score: z.number(),
  likert: z.number().nullable(),
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

/** See the file's header. */
export const evalWork: WorkMaker = async (context): Promise<RunWork> => {
  const { spec, folder } = context.run;
  const settings = resolveHyperparameters('eval', spec.hyperparameters);
  const models = new EvalModels(context.run, settings);
  const inputs = await frozenInputs(context, evalInputsSchema, (dataset) =>
    gatherEvalInputs(dataset, settings, models, spec.seed),
  );
  const { scoredBy, prompts, contest, prefixes: candidates } = inputs;
  const world = createWorld();
  const score = scorerOf(scoredBy, world, models);
  const roles = Object.keys(spec.models).filter((role) => role !== rewardRole);
  const answers = new Map<string, Answer[]>();
  const taxes = new Map<string, AlignmentTax>();
  /** The score of each prefix. */
  const contestScores: number[] = [];
  /** Of each prompt, all that were drawn of the best of N. */
  const drawn: ScoredCompletion[][] = [];
  let step = 0;

  /** Keeps the answers to the prompts from `first` on, and reports on them. */
  const keep = (name: string, first: number, found: readonly Answer[]): StepReport => {
    const all = [...(answers.get(name) ?? []), ...found];
    answers.set(name, all);
    const mean = all.reduce((sum, one) => sum + one.score, 0) / all.length;
    const prompt = prompts[first];
    const [sample] = found;
    return {
      metrics: { [`eval/${name}`]: mean },
      samples: [
        {
          promptId: prompt.id,
          prompt: promptText(prompt),
          completion: `${name}: ${sample.completion}`,
          score: sample.score,
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
    return keep(role, first, await score(asked, written));
  };

  const answerPrompted = async (first: number): Promise<StepReport> => {
    const asked = prompts.slice(first, first + rowsPerStep);
    const prefix = candidates[winnerOf(contestScores)];
    const texts = asked.map((prompt) => fewShotText(prefix, promptText(prompt)));
    const written = await models.write('base', texts, `prompted ${first / rowsPerStep}`);
    const cut = written.map(({ completion, finish }) => cutFewShot(prefix, completion, finish));
    return keep('prompted', first, await score(asked, cut));
  };

  const answerBest = async (first: number, count: number): Promise<StepReport> => {
    const asked = prompts.slice(first, first + count);
    const each = asked.flatMap((prompt) => Array.from({ length: settings.bestOf }, () => prompt));
    const texts = each.map((prompt) => modelInput(promptText(prompt)));
    const written = await models.write(bestRole, texts, `${bestName} ${first}`);
    const scores = await models.score(texts, written);
    const all = await score(each, written);
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
  const prompted = candidates.length > 0;
  const contested = models.scores && prompted && roles.includes('base') && contest.length > 0;
  // What a reward model chose says nothing when the same model scores it.
  const best =
    scoredBy === 'gold' && models.scores && roles.includes(bestRole) && settings.bestOf > 0;
  const perStep = Math.max(1, Math.floor(rowsPerStep / Math.max(1, settings.bestOf)));
  const jobs: readonly (() => Promise<StepReport>)[] = [
    ...(contested ? candidates.map((_, i) => () => compete(i)) : []),
    ...roles.flatMap((role) => [
      ...starts(rowsPerStep).map((first) => () => answer(role, first)),
      ...(role === 'base' && prompted
        ? starts(rowsPerStep).map((first) => () => answerPrompted(first))
        : []),
    ]),
    ...(best ? starts(perStep).map((first) => () => answerBest(first, perStep)) : []),
    ...(scoredBy === 'gold' ? roles.map((role) => () => tax(role)) : []),
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
        scoredBy,
        models: summarise(answers, taxes, scoredBy),
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
