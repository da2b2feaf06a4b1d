/** Argilla's records: version 2 (nested and flattened) and version 1's hub exports. */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format, ReadContext } from '../format.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangeDemonstration, ExchangeRanking, ExchangeTask } from '../task.ts';
import { asText } from '../turns.ts';

const status = z.string().nullish();
const rankValue = z.object({ rank: z.array(z.int()), value: z.array(z.string()) });
const answerValue = z.unknown();
const user = z.union([z.string(), z.number()]).nullish();

/** One answer of one person to one question. */
interface Answer {
  readonly question: string;
  readonly value: unknown;
  readonly user: string | number | null | undefined;
}

const promptNames = ['prompt', 'instruction', 'question', 'input', 'query', 'context', 'text'];

/** The field that is the prompt, and the others, which are the completions. */
function partsOf(fields: Readonly<Record<string, string>>): {
  readonly prompt: string;
  readonly names: string[];
} {
  const promptName = promptNames.find((name) => Object.hasOwn(fields, name));
  if (promptName === undefined) {
    throw misfit('fields', `expected one of the fields ${promptNames.join(', ')}`);
  }
  const names = Object.keys(fields).filter((name) => name !== promptName);
  return { prompt: fields[promptName], names };
}

/** Groups of places from a ranking's value: names in order, or names with ranks (ties allowed). */
function groupsOf(value: unknown, names: readonly string[]): number[][] | null {
  const placeOf = (option: string): number => {
    const exact = names.indexOf(option);
    if (exact !== -1) return exact;
    const number = /\d+/.exec(option)?.[0];
    return number === undefined ? -1 : names.findIndex((name) => /\d+/.exec(name)?.[0] === number);
  };
  const ranked = rankValue.safeParse(value);
  const ordered = z.array(z.string()).min(2).safeParse(value);
  const pairs = ranked.success
    ? ranked.data.value.map((option, index) => ({ option, rank: ranked.data.rank[index] }))
    : ordered.data?.map((option, rank) => ({ option, rank }));
  if (pairs === undefined || pairs.some(({ option }) => placeOf(option) === -1)) return null;
  const levels = [...new Set(pairs.map(({ rank }) => rank))].sort((a, b) => a - b);
  return levels.map((level) =>
    pairs.filter(({ rank }) => rank === level).map(({ option }) => placeOf(option)),
  );
}

function argillaTask(
  fields: Readonly<Record<string, string>>,
  answers: readonly Answer[],
  context: ReadContext,
): ExchangeTask {
  const { prompt, names } = partsOf(fields);
  const rankings: ExchangeRanking[] = [];
  const demonstrations: ExchangeDemonstration[] = [];
  for (const { value, user: who } of answers) {
    const labeler = context.pseudonym(who);
    const groups = groupsOf(value, names);
    if (groups !== null) rankings.push({ groups, labeler });
    else if (typeof value === 'string' && value !== '')
      demonstrations.push({ text: value, labeler });
  }
  const completions = names.map((name) => ({ text: fields[name] }));
  return taskOf(prompt, { completions, rankings, demonstrations });
}

const mapping = {
  'fields.prompt (or instruction, question …)': 'prompt',
  'other fields': 'completions',
  'responses to a ranking': 'rankings, ties too',
  'responses that are texts': 'demonstrations',
  user_id: 'labeler, hashed',
};

const texts = z.record(z.string(), z.unknown()).transform(stringsOf);

/** The fields of a record that are texts. */
function stringsOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

const nested = defineFormat({
  name: 'argilla',
  title: 'Argilla 2 records',
  row: z.looseObject({
    fields: texts,
    responses: z
      .record(z.string(), z.array(z.looseObject({ value: answerValue, user_id: user, status })))
      .nullish(),
  }),
  mapping,
  read: ({ fields, responses }, context) =>
    argillaTask(
      fields,
      Object.entries(responses ?? {}).flatMap(([question, given_]) =>
        given_
          .filter((answer) => answer.status !== 'discarded' && answer.status !== 'draft')
          .map(({ value, user_id: who }) => ({ question, value, user: who })),
      ),
      context,
    ),
  write: {
    container: 'json',
    carries: [
      'demonstrations',
      'completions that nobody ranked',
      'rankings',
      'rankings of three or more as a whole',
      'ties',
    ],
    rows: (task) => [argillaRecord(task)],
  },
});

function argillaRecord({ prompt, completions, rankings, demonstrations }: ExchangeTask): unknown {
  const name = (place: number): string => `response-${place + 1}`;
  const answer = (value: unknown, labeler: string | undefined): unknown => ({
    value,
    user_id: labeler ?? null,
    status: 'submitted',
  });
  const ranked = rankings.map(({ groups, labeler }) =>
    answer(
      {
        rank: groups.flatMap((group, rank) => group.map(() => rank + 1)),
        value: groups.flat().map(name),
      },
      labeler,
    ),
  );
  const written = demonstrations.map(({ text, labeler }) => answer(text, labeler));
  return {
    id: prompt.id ?? null,
    fields: {
      prompt: asText(prompt.content),
      ...Object.fromEntries(completions.map(({ text }, place) => [name(place), text])),
    },
    metadata: given({ category: prompt.fields?.['category'], split: prompt.fields?.['split'] }),
    suggestions: {},
    responses: {
      ...(ranked.length === 0 ? {} : { ranking: ranked }),
      ...(written.length === 0 ? {} : { demonstration: written }),
    },
    status: ranked.length + written.length === 0 ? 'pending' : 'completed',
  };
}

const hubAnswer = z.looseObject({ user_id: user, value: answerValue, status });
const isHubQuestion = (value: unknown): boolean =>
  z
    .array(hubAnswer.extend({ value: z.unknown().refine((given_) => given_ !== undefined) }))
    .min(1)
    .safeParse(value).success;

const hub = defineFormat({
  name: 'argilla-hub',
  title: 'Argilla 1 hub export',
  row: z
    .looseObject({
      fields: z.undefined().optional(),
      metadata: z.unknown(),
      external_id: z.unknown(),
    })
    .refine((row) => Object.values(row).some(isHubQuestion), 'expected a question with responses'),
  mapping,
  read: (row, context) => {
    const questions = Object.entries(row).filter(([, value]) => isHubQuestion(value));
    const isField = (name: string): boolean =>
      name !== 'external_id' && name !== 'metadata' && !/-suggestion(?:-metadata)?$/.test(name);
    const fields = stringsOf(
      Object.fromEntries(Object.entries(row).filter(([name]) => isField(name))),
    );
    const answers = questions.flatMap(([question, value]) =>
      z
        .array(hubAnswer)
        .parse(value)
        .filter((answer) => answer.status !== 'discarded')
        .map((answer) => ({ question, value: answer.value, user: answer.user_id })),
    );
    return argillaTask(fields, answers, context);
  },
});

const flattened = defineFormat({
  name: 'argilla-flat',
  title: 'Argilla 2 records, flattened',
  row: z
    .looseObject({ fields: z.undefined().optional() })
    .refine(
      (row) => Object.keys(row).some((key) => key.endsWith('.responses')),
      'expected a key such as "ranking.responses"',
    ),
  mapping,
  read: (row, context) => {
    const list = (value: unknown): unknown[] => z.array(z.unknown()).safeParse(value).data ?? [];
    const answers = Object.keys(row)
      .filter((key) => key.endsWith('.responses'))
      .flatMap((key) => {
        const users = z.array(user).safeParse(row[`${key}.users`]).data ?? [];
        return list(row[key]).map((value, index) => ({
          question: key.slice(0, -'.responses'.length),
          value,
          user: users.at(index),
        }));
      });
    const skip = new Set(['id', '_server_id', 'status']);
    const fields = stringsOf(
      Object.fromEntries(
        Object.entries(row).filter(([key]) => !skip.has(key) && !key.includes('.')),
      ),
    );
    return argillaTask(fields, answers, context);
  },
});

/** Argilla's shapes. */
export const argillaFormats: readonly Format[] = [nested, flattened, hub];
