/** Gold ranking: the embedded world's labeler ranks completions, with the errors that people make. */
import * as z from 'zod';
import { Random, RecordStore, type Dataset } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { promptSchema, type Ranking } from '../../protocol/records.ts';
import { createWorld, isWorldPrompt, judge, rankCompletions } from '../../world/index.ts';
import type { WorkMaker } from '../runContext.ts';
import type { RunWork } from '../runWork.ts';
import { frozenInputs } from './frozenInputs.ts';

/** The name under which the gold labeler's rankings stand. */
export const goldLabeler = 'gold';
const promptsPerStep = 32;
/** The paper ranks 4 to 9 completions at once. */
const mostCompletions = 9;

const taskSchema = z.object({
  prompt: promptSchema,
  completions: z.array(
    z.object({ id: z.string(), text: z.string(), finish: z.enum(['stop', 'length']) }),
  ),
});
type Task = z.infer<typeof taskSchema>;

/** See the file's header. */
export const rankWork: WorkMaker = async (context): Promise<RunWork> => {
  const { spec, project } = context.run;
  const { noise } = resolveHyperparameters('rank', spec.hyperparameters);
  const tasks = await frozenInputs(context, z.array(taskSchema), (dataset) =>
    tasksOf(dataset, spec.models['policy']),
  );
  const store = new RecordStore(project);
  const world = createWorld();
  let step = 0;
  let pairs = 0;
  let agreed = 0;
  const rank = (task: Task, index: number): Ranking => {
    const answers = distinctAnswers(task.completions);
    const judgements = answers.map(({ text, finish }) => judge(world, task.prompt, text, finish));
    const random = new Random(`rank ${spec.seed} ${task.prompt.id}`);
    const groups = rankCompletions(judgements, random, noise);
    const second = rankCompletions(judgements, random, noise);
    const agreement = agreementOf(groups, second);
    pairs += agreement.pairs;
    agreed += agreement.agreed;
    return {
      id: `${spec.id}-${index}`,
      promptId: task.prompt.id,
      ranking: groups.map((group) => group.flatMap((i) => answers[i].ids)),
      ratings: Object.fromEntries(
        judgements.flatMap(({ likert, flags }, i) =>
          answers[i].ids.map((id) => [id, { overall: likert, flags }]),
        ),
      ),
      shown: random.shuffle(task.completions.map(({ id }) => id)),
      labeler: goldLabeler,
      created: new Date(context.surroundings.clock()).toISOString(),
    };
  };
  return {
    totalSteps: Math.ceil(tasks.length / promptsPerStep),
    get step() {
      return step;
    },
    async advance() {
      const first = step * promptsPerStep;
      const batch = tasks.slice(first, first + promptsPerStep);
      const rankings = batch.map((task, i) => rank(task, first + i));
      await store.appendAll('rankings', goldLabeler, rankings);
      step += 1;
      return { metrics: pairs === 0 ? {} : { 'rank/agreement': agreed / pairs } };
    },
    snapshot: () => ({ tensors: new Map(), json: { step, pairs, agreed } }),
    restore: (state) => {
      ({ step, pairs, agreed } = z
        .object({ step: z.int(), pairs: z.int(), agreed: z.number() })
        .parse(state.json));
    },
    finish: () =>
      Promise.resolve({
        writeModel: null,
        summary: { rankings: tasks.length, agreement: pairs === 0 ? null : agreed / pairs },
      }),
    dispose: () => undefined,
  };
};

/** The completions that differ, each with the ids of all that say the same: nobody can order those. */
function distinctAnswers(
  completions: Task['completions'],
): { text: string; finish: 'stop' | 'length'; ids: string[] }[] {
  const answers = new Map<string, { text: string; finish: 'stop' | 'length'; ids: string[] }>();
  for (const { id, text, finish } of completions) {
    const key = `${finish} ${text}`;
    const same = answers.get(key);
    if (same === undefined) answers.set(key, { text, finish, ids: [id] });
    else same.ids.push(id);
  }
  return [...answers.values()];
}

/**
 * The prompts of the world whose completions (of one model, where one is named) the gold labeler has
 * not ranked yet.
 * @throws InstructError `empty-dataset` when there is nothing that could be ranked.
 */
async function tasksOf(dataset: Dataset, model: string | undefined): Promise<Task[]> {
  const tasks: Task[] = [];
  let rankable = 0;
  for (const entry of dataset.entries('prompts')) {
    const found = dataset
      .completionsOf(entry.id)
      .filter((completion) => model === undefined || completion.model === model)
      .slice(-mostCompletions);
    if (found.length < 2) continue;
    const { record: prompt } = await dataset.readRecord<'prompts'>('prompts', entry);
    if (!isWorldPrompt(prompt)) continue;
    rankable += 1;
    const ids = new Set(found.map(({ id }) => id));
    const standing = dataset
      .rankingsOf(entry.id)
      .some(({ labeler, ranking }) => labeler === goldLabeler && isSubset(ids, ranking.flat()));
    if (standing) continue;
    const completions: Task['completions'] = [];
    for (const completion of found) {
      const { record } = await dataset.readRecord<'completions'>('completions', completion);
      const { id, completion: text, finish = 'stop' } = record;
      completions.push({ id, text, finish });
    }
    tasks.push({ prompt, completions });
  }
  if (rankable > 0) return tasks;
  const whose = model === undefined ? 'two completions' : `two completions of ${model}`;
  throw new InstructError({
    code: 'empty-dataset',
    message: `No prompt of the embedded world has ${whose}.`,
    remedy: 'Sample completions first with "instruct-studio sample".',
  });
}

function isSubset(ids: ReadonlySet<string>, of: readonly string[]): boolean {
  return [...ids].every((id) => of.includes(id));
}

/** How many of the pairs that both rankings order, they order alike; ties are left out. */
export function agreementOf(
  one: readonly (readonly number[])[],
  other: readonly (readonly number[])[],
): { readonly pairs: number; readonly agreed: number } {
  const rankIn = (groups: readonly (readonly number[])[], item: number): number =>
    groups.findIndex((group) => group.includes(item));
  const items = one.flat();
  let pairs = 0;
  let agreed = 0;
  items.forEach((a, i) => {
    for (const b of items.slice(i + 1)) {
      const first = Math.sign(rankIn(one, a) - rankIn(one, b));
      const second = Math.sign(rankIn(other, a) - rankIn(other, b));
      if (first === 0 || second === 0) continue;
      pairs += 1;
      if (first === second) agreed += 1;
    }
  });
  return { pairs, agreed };
}
