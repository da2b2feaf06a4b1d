/** A dataset's records as tasks for other formats: each prompt with all that belongs to it. */
import { join } from 'node:path';
import type { Prompt, Ranking, RecordKind, RecordTypes, Split } from '../../protocol/records.ts';
import type { Dataset } from '../dataset.ts';
import type { EntryPlace } from '../entries.ts';
import { readRecords } from '../recordFile.ts';
import { given, otherFields } from './task.ts';
import type { ExchangeRanking, ExchangeTask } from './task.ts';

/**
 * The tasks by file and line of their prompts. Prompts are read as a stream; what labelers and
 * models made of them is held, whole, until its prompt comes.
 */
export async function* exchangeTasks(
  dataset: Dataset,
  splits?: readonly Split[],
): AsyncGenerator<ExchangeTask, void, undefined> {
  const rankings = new Map<string, Ranking[]>();
  for await (const ranking of standingRecords(dataset, 'rankings')) {
    const own = rankings.get(ranking.promptId) ?? [];
    rankings.set(ranking.promptId, own);
    own.push(ranking);
  }
  const fields = new Map<string, Record<string, unknown>>();
  for await (const completion of standingRecords(dataset, 'completions')) {
    const others = otherFields(completion, ['id', 'promptId', 'completion', 'model', 'scores']);
    if (Object.keys(others).length > 0) fields.set(completion.id, others);
  }
  for await (const prompt of standingRecords(dataset, 'prompts')) {
    const isWanted =
      splits === undefined || (prompt.split !== undefined && splits.includes(prompt.split));
    if (isWanted) yield taskOf(dataset, prompt, rankings.get(prompt.id) ?? [], fields);
  }
}

function taskOf(
  dataset: Dataset,
  record: Prompt,
  rankings: readonly Ranking[],
  completionFields: ReadonlyMap<string, Record<string, unknown>>,
): ExchangeTask {
  const { id, prompt, messages, ...fields } = record;
  const completions = dataset.completionsOf(id);
  const placeOf = new Map(completions.map((completion, place) => [completion.id, place]));
  const demonstrations = dataset.demonstrationsOf(id);
  return {
    prompt: { content: prompt ?? messages ?? '', id, fields },
    demonstrations: demonstrations.map(({ completion: text, labeler }) => ({
      text,
      labeler: labeler === 'imported' ? undefined : labeler,
    })),
    completions: completions.map(({ completion: text, model, scores, id: own }) => ({
      text,
      model: model === 'unknown' ? undefined : model,
      scores,
      fields: completionFields.get(own) ?? {},
    })),
    rankings: rankings.map((ranking) => exchangeRanking(ranking, placeOf)),
  };
}

/** A ranking by places; a completion that is missing is left out (`validate` reports it). */
function exchangeRanking(record: Ranking, placeOf: ReadonlyMap<string, number>): ExchangeRanking {
  const { ranking, shown, ratings, labeler } = record;
  const known = ['id', 'promptId', 'ranking', 'shown', 'ratings', 'labeler', 'deleted'];
  const places = (ids: readonly string[]): number[] =>
    ids.flatMap((id) => {
      const place = placeOf.get(id);
      return place === undefined ? [] : [place];
    });
  const rated = Object.entries(ratings ?? {}).flatMap(([id, rating]) => {
    const place = placeOf.get(id);
    return place === undefined ? [] : [[place, rating] as const];
  });
  return {
    groups: ranking.map(places).filter(({ length }) => length > 0),
    shown: places(shown),
    ...(labeler === 'imported' ? {} : { labeler }),
    ...(rated.length === 0 ? {} : { ratings: new Map(rated) }),
    fields: given(otherFields(record, known)),
  };
}

/** The standing records of a kind, whole, read as a stream in the order of the files. */
export async function* standingRecords<K extends RecordKind>(
  dataset: Dataset,
  kind: K,
): AsyncGenerator<RecordTypes[K], void, undefined> {
  const places = new Map<string, EntryPlace>();
  for (const entry of dataset.entries(kind)) places.set(`${entry.file}\u0000${entry.line}`, entry);
  for (const file of dataset.files(kind)) {
    for await (const batch of readRecords(join(dataset.projectDir, file), kind)) {
      for (const item of batch) {
        if (item.type === 'record' && places.has(`${file}\u0000${item.line}`)) yield item.record;
      }
    }
  }
}
