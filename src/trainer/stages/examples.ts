/** Records as the stages take them: what is trained on, sampled for and judged. */
import * as z from 'zod';
import {
  assignSplits,
  fewShotExamples,
  modelInput,
  openProject,
  standingRankings,
  type Dataset,
  type PromptEntry,
} from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { categories, splits, type Split } from '../../protocol/records.ts';

/** A demonstration as a model sees it. */
export const demonstratedSchema = z.object({ prompt: z.string(), completion: z.string() });
/** See {@link demonstratedSchema}. */
export type Demonstrated = z.infer<typeof demonstratedSchema>;

/** A prompt to be answered; `prompt` is the model's text, separator included. */
export const askedSchema = z.object({ promptId: z.string(), prompt: z.string() });
/** See {@link askedSchema}. */
export type Asked = z.infer<typeof askedSchema>;

/** A ranking of K completions: groups of indices, best first. */
export const rankedSchema = z.object({
  prompt: z.string(),
  completions: z.array(z.object({ text: z.string(), ended: z.boolean() })),
  ranking: z.array(z.array(z.int())),
  labeler: z.string().optional(),
  category: z.enum(categories).optional(),
});
/** See {@link rankedSchema}. */
export type Ranked = z.infer<typeof rankedSchema>;

/** The split of every prompt: its own, or that of its user where it has none. */
export function splitsOf(dataset: Dataset): (prompt: PromptEntry) => Split {
  const assigned = assignSplits(dataset.entries('prompts'));
  return (prompt) => prompt.split ?? assigned.get(prompt.id) ?? 'train';
}

/** The prompts of one split, in the order of their files. */
export function promptsOf(dataset: Dataset, split: Split): PromptEntry[] {
  const splitOf = splitsOf(dataset);
  return [...dataset.entries('prompts')].filter((prompt) => splitOf(prompt) === split);
}

/** A prompt as a model is asked it. */
export function asked({ id, text }: Pick<PromptEntry, 'id' | 'text'>): Asked {
  return { promptId: id, prompt: modelInput(text) };
}

/** What is answered in training and what is only looked at; of older runs the former alone. */
export const askedInputsSchema = z.union([
  z.object({ prompts: z.array(askedSchema), validPrompts: z.array(askedSchema) }),
  z.array(askedSchema).transform((prompts) => ({ prompts, validPrompts: [] })),
]);

/**
 * The prompts of the train and of the valid split.
 * @throws InstructError `empty-dataset` where there are none to train on.
 */
export function askedInputs(dataset: Dataset): { prompts: Asked[]; validPrompts: Asked[] } {
  const prompts = promptsOf(dataset, 'train').map(asked);
  refuseEmpty(prompts, 'prompts', 'train', 'Add prompts first.');
  return { prompts, validPrompts: promptsOf(dataset, 'valid').map(asked) };
}

/** The demonstrations of each split, of all categories or of some. */
export function demonstratedBySplit(
  dataset: Dataset,
  wanted: (prompt: PromptEntry) => boolean = () => true,
): Record<Split, Demonstrated[]> {
  const splitOf = splitsOf(dataset);
  const result: Record<Split, Demonstrated[]> = { train: [], valid: [], test: [] };
  for (const { promptId, completion } of dataset.entries('demonstrations')) {
    const prompt = dataset.promptById(promptId);
    if (prompt === undefined || !wanted(prompt)) continue; // a missing one is reported by "validate"
    result[splitOf(prompt)].push({ prompt: modelInput(prompt.text), completion });
  }
  return result;
}

/**
 * What few-shot prompts teach: an example of each of their pairs, with the others as its context
 * (paper, section 3.2). Prompts whose text was built elsewhere have no pairs and give none.
 */
export async function fewShotBySplit(
  dataset: Dataset,
  wanted: (prompt: PromptEntry) => boolean = () => true,
): Promise<Record<Split, Demonstrated[]>> {
  const splitOf = splitsOf(dataset);
  const result: Record<Split, Demonstrated[]> = { train: [], valid: [], test: [] };
  for (const entry of dataset.entries('prompts')) {
    if (entry.kind !== 'few_shot' || !wanted(entry)) continue;
    const { record } = await dataset.readRecord<'prompts'>('prompts', entry);
    for (const { prompt, completion } of fewShotExamples(record.prompt ?? '', record.pairs ?? [])) {
      result[splitOf(entry)].push({ prompt: modelInput(prompt), completion });
    }
  }
  return result;
}

/**
 * The rankings of each split, without skipped ones, those that another ranking settles, and those
 * of held-out labelers.
 * @throws InstructError `missing-completion` naming file and line of a ranking whose completion is
 * not in the dataset.
 */
export async function rankedBySplit(dataset: Dataset): Promise<Record<Split, Ranked[]>> {
  const splitOf = splitsOf(dataset);
  const result: Record<Split, Ranked[]> = { train: [], valid: [], test: [] };
  const { labeling } = (await openProject(dataset.projectDir)).project;
  for (const entry of standingRankings(dataset.entries('rankings'), labeling.heldOutLabelers)) {
    const prompt = dataset.promptById(entry.promptId);
    if (prompt === undefined) continue;
    const ids = entry.ranking.flat();
    const completions: Ranked['completions'] = [];
    for (const id of ids) {
      const completion = dataset.completionById(id);
      if (completion === undefined) {
        throw new InstructError({
          code: 'missing-completion',
          message: `${entry.file}:${entry.line}: the ranking "${entry.id}" names the completion "${id}", which is not in the dataset.`,
          remedy: 'Restore the completion, or delete the ranking.',
          place: { path: entry.file, line: entry.line, key: 'ranking' },
        });
      }
      const { record } = await dataset.readRecord<'completions'>('completions', completion);
      completions.push({ text: completion.completion, ended: record.finish !== 'length' });
    }
    const ranking = entry.ranking.map((group) => group.map((id) => ids.indexOf(id)));
    result[splitOf(prompt)].push({
      prompt: modelInput(prompt.text),
      completions,
      ranking,
      labeler: entry.labeler,
      category: prompt.category,
    });
  }
  return result;
}

/** @throws InstructError `empty-dataset` when a stage has nothing to work on. */
export function refuseEmpty(
  items: readonly unknown[],
  what: string,
  split: string,
  remedy: string,
): void {
  if (items.length > 0) return;
  throw new InstructError({
    code: 'empty-dataset',
    message: `There are no ${what} for prompts of the "${split}" split.`,
    remedy,
  });
}

/** The splits that a setting such as `train+valid` names; the table has checked it. */
export function splitsNamed(names: string): Split[] {
  return names.split('+').map((name) => {
    const split = splits.find((candidate) => candidate === name);
    if (split === undefined) throw new Error(`splitsNamed: expected splits, got ${names}`);
    return split;
  });
}
