/** Records out of imported tasks, with ids made from what they say, so that none comes twice. */
import { createHash } from 'node:crypto';
import type { RecordKind } from '../../protocol/records.ts';
import { checkRecord } from '../recordFile.ts';
import { misfit } from './format.ts';
import { given } from './task.ts';
import type { ExchangeRanking, ExchangeTask } from './task.ts';
import { asText } from './turns.ts';

/** A record to be appended, and the name of its file. */
export interface ImportedRecord {
  readonly kind: RecordKind;
  readonly id: string;
  /** The labeler, the model, or for prompts the import's name. */
  readonly owner: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** What gives a prompt that stands already, by its text. */
export type KnownPrompts = (text: string) => string | undefined;

/** The name of whoever wrote or ranked what comes without a name. */
export const unnamedLabeler = 'imported';
const unnamedModel = 'unknown';

/**
 * The records of a task: the prompt first, then what refers to it. The same content always gives
 * the same ids. A prompt whose text stands already in the project keeps that prompt's id.
 * @throws InstructError `bad-record` for a ranking that contradicts itself, or a record that a
 * project does not allow.
 */
export function recordsOf(
  task: ExchangeTask,
  source: string,
  known: KnownPrompts,
): ImportedRecord[] {
  const { prompt } = task;
  const text = asText(prompt.content);
  const standing = prompt.variant === undefined ? known(text) : undefined;
  const promptId = standing ?? promptIdOf(text, prompt.variant);
  const content =
    typeof prompt.content === 'string' ? { prompt: prompt.content } : { messages: prompt.content };
  const completions = task.completions.map((completion) => {
    const model = completion.model ?? unnamedModel;
    const id = contentId('c', promptId, model, completion.text);
    const { scores, fields } = completion;
    const own = Object.keys(scores ?? {}).length === 0 ? {} : { scores };
    const record = { id, promptId, completion: completion.text, model: { name: model }, ...own };
    return imported('completions', model, { ...record, ...fields });
  });
  const ids = completions.map(({ id }) => id);
  return [
    imported('prompts', source, { id: promptId, ...content, ...prompt.fields }),
    ...task.demonstrations.map(({ text: completion, labeler = unnamedLabeler }) => {
      const id = contentId('d', promptId, labeler, completion);
      return imported('demonstrations', labeler, { id, promptId, completion, labeler });
    }),
    ...completions,
    ...task.rankings.map((ranking) => rankingRecord(promptId, ids, ranking)),
  ];
}

/** The id that a prompt gets when it is imported. */
export function promptIdOf(text: string, variant?: string): string {
  return variant === undefined ? contentId('p', text) : contentId('p', text, variant);
}

function rankingRecord(
  promptId: string,
  ids: readonly string[],
  { groups, labeler = unnamedLabeler, shown, ratings, fields }: ExchangeRanking,
): ImportedRecord {
  const ranking = groups.map((group) => [...new Set(group.map((place) => ids[place]))]);
  const flat = ranking.flat();
  if (new Set(flat).size !== flat.length) {
    throw misfit('ranking', 'expected different completions, got the same one on two ranks');
  }
  const order = [...new Set((shown ?? ids.map((_, place) => place)).map((place) => ids[place]))];
  const id = contentId('r', promptId, labeler, ...ranking.map((group) => group.toSorted().join()));
  const rated = Object.fromEntries(
    [...(ratings ?? [])].map(([place, rating]) => [ids[place], rating]),
  );
  return imported('rankings', labeler, {
    id,
    promptId,
    ranking: ranking.filter(({ length }) => length > 0),
    ...(Object.keys(rated).length === 0 ? {} : { ratings: rated }),
    shown: order,
    ...given(fields ?? {}),
    labeler,
  });
}

function imported(
  kind: RecordKind,
  owner: string,
  record: Readonly<Record<string, unknown>> & { readonly id: string },
): ImportedRecord {
  const check = checkRecord(kind, JSON.stringify(record));
  if (!check.ok) {
    const [first] = check.issues;
    throw misfit(first.path.join('.') || kind, first.message.replace(/^[^:]*: /, ''));
  }
  return { kind, id: record.id, owner, record };
}

function contentId(prefix: string, ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(parts.join('\u0000'), 'utf8').digest('hex');
  return `${prefix}-${digest.slice(0, 16)}`;
}
