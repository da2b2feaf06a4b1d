/** Files of labeling tools: Label Studio, Potato, promptfoo. */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format, ReadContext, SourceValue } from '../format.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangeRanking, ExchangeTask } from '../task.ts';
import { asText } from '../turns.ts';

const who = z
  .union([z.string(), z.number(), z.looseObject({ id: z.union([z.string(), z.number()]) })])
  .nullish();
const resultSchema = z.looseObject({ type: z.string(), value: z.record(z.string(), z.unknown()) });
const annotationSchema = z.looseObject({
  completed_by: who,
  result: z.array(resultSchema),
  was_cancelled: z.boolean().nullish(),
  lead_time: z.number().min(0).nullish(),
  created_at: z.string().nullish(),
});
const itemSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  title: z.string().nullish(),
  body: z.string().nullish(),
  html: z.string().nullish(),
});
const ranker = z.record(z.string(), z.array(z.union([z.string(), z.number()])));

/** The completions of a Label Studio task: a list of items, or fields answer1, answer2 … */
function labelStudioParts(data: Readonly<Record<string, unknown>>): {
  prompt: string;
  ids: string[];
  texts: string[];
} {
  const prompt = ['prompt', 'question', 'instruction', 'text']
    .map((name) => data[name])
    .find((value) => typeof value === 'string' && value !== '');
  if (typeof prompt !== 'string') throw misfit('data', 'expected "prompt", a text');
  for (const value of Object.values(data)) {
    const items = z.array(itemSchema).min(1).safeParse(value);
    if (!items.success) continue;
    const ids = items.data.map(({ id }) => String(id));
    return {
      prompt,
      ids,
      texts: items.data.map(({ body, html, title }) => body ?? html ?? title ?? ''),
    };
  }
  const fields = Object.entries(data).flatMap(([name, value]) =>
    /\d+$/.test(name) && typeof value === 'string' ? [{ name, value }] : [],
  );
  return { prompt, ids: fields.map(({ name }) => name), texts: fields.map(({ value }) => value) };
}

/** The groups of one result, best first; null for results that rank nothing. */
function labelStudioGroups(
  result: z.infer<typeof resultSchema>,
  ids: readonly string[],
): number[][] | null {
  if (result.type === 'pairwise') {
    const selected = result.value['selected'];
    if (selected === 'left') return [[0], [1]];
    return selected === 'right' ? [[1], [0]] : null;
  }
  const ranked = ranker.safeParse(result.value['ranker']);
  if (!ranked.success) return null;
  const place = (id: string | number): number => ids.indexOf(String(id));
  const lists = Object.entries(ranked.data).filter(([name]) => name !== '_');
  const isOrder = lists.length === 1 && lists[0][0] === 'rank';
  const groups = isOrder
    ? lists[0][1].map((id) => [place(id)])
    : lists
        .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
        .map(([, list]) => list.map(place));
  const found = groups
    .map((group) => group.filter((at) => at !== -1))
    .filter(({ length }) => length > 0);
  return found.length === 0 ? null : found;
}

const labelStudio = defineFormat({
  name: 'label-studio',
  title: 'Label Studio tasks',
  row: z.looseObject({
    data: z.record(z.string(), z.unknown()),
    annotations: z.array(annotationSchema).nullish(),
  }),
  mapping: {
    'data.prompt': 'prompt',
    'data.items (or answer1, answer2)': 'completions',
    'annotations, pairwise and ranker': 'rankings; buckets are ties',
    'annotations, textarea': 'demonstrations',
    completed_by: 'labeler, hashed',
    lead_time: 'seconds',
    was_cancelled: 'left out',
  },
  read: ({ data, annotations }, context) => {
    const { prompt, ids, texts } = labelStudioParts(data);
    const live = (annotations ?? []).filter((one) => one.was_cancelled !== true);
    const labelerOf = (one: z.infer<typeof annotationSchema>): string | undefined => {
      const by = one.completed_by;
      return context.pseudonym(typeof by === 'object' && by !== null ? by.id : by);
    };
    return taskOf(prompt, {
      completions: texts.map((text) => ({ text })),
      rankings: live.flatMap((one): ExchangeRanking[] =>
        one.result.flatMap((result) => {
          const groups = labelStudioGroups(result, ids);
          if (groups === null) return [];
          const fields = given({ seconds: one.lead_time, created: timeOf(one.created_at) });
          return [{ groups, labeler: labelerOf(one), fields }];
        }),
      ),
      demonstrations: live.flatMap((one) =>
        one.result
          .filter(({ type }) => type === 'textarea')
          .flatMap(({ value }) => z.array(z.string()).safeParse(value['text']).data ?? [])
          .map((text) => ({ text, labeler: labelerOf(one) })),
      ),
    });
  },
  write: {
    container: 'json',
    carries: [
      'demonstrations',
      'completions that nobody ranked',
      'rankings',
      'rankings of three or more as a whole',
      'ties',
      'times spent',
    ],
    rows: (task) => [labelStudioTask(task)],
  },
});

function timeOf(created: string | null | undefined): string | undefined {
  const time = Date.parse(created ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function labelStudioTask({ prompt, completions, rankings, demonstrations }: ExchangeTask): unknown {
  const id = (place: number): string => `completion-${place + 1}`;
  const ranked = rankings
    .filter(({ groups }) => groups.length > 0)
    .map(({ groups, fields }) => ({
      result: [
        {
          from_name: 'ranking',
          to_name: 'items',
          type: 'ranker',
          value: {
            ranker: Object.fromEntries(
              groups.map((group, rank) => [`rank-${rank + 1}`, group.map(id)]),
            ),
          },
        },
      ],
      was_cancelled: false,
      ...given({ lead_time: fields?.['seconds'], created_at: fields?.['created'] }),
    }));
  const written = demonstrations.map(({ text }) => ({
    result: [{ from_name: 'answer', to_name: 'prompt', type: 'textarea', value: { text: [text] } }],
    was_cancelled: false,
  }));
  return {
    data: {
      prompt: asText(prompt.content),
      items: completions.map(({ text }, place) => ({
        id: id(place),
        title: `Output ${place + 1}`,
        body: text,
      })),
    },
    annotations: [...ranked, ...written],
    predictions: [],
  };
}

const potatoLabel = z.union([
  z.looseObject({ rank_order: z.string() }),
  z.looseObject({ selection: z.string() }),
  z.looseObject({ scale_value: z.union([z.string(), z.number()]) }),
]);
const potatoLabels = z.record(z.string(), potatoLabel);

/** A ranking of lettered responses: `B,D=A,C`, `=` for ties. Null where a letter has no response. */
function letteredGroups(order: string, count: number): number[][] | null {
  const groups = order
    .split(/[,>]/)
    .map((group) =>
      group.split('=').map((letter) => letter.trim().toUpperCase().charCodeAt(0) - 65),
    );
  const places = groups.flat();
  const isValid = places.every((place) => place >= 0 && place < count);
  return isValid && new Set(places).size === places.length ? groups : null;
}

function potatoRanking(label: z.infer<typeof potatoLabel>, count: number): ExchangeRanking | null {
  if ('rank_order' in label) {
    const groups = letteredGroups(String(label['rank_order']), count);
    return groups === null ? null : { groups };
  }
  if ('selection' in label) {
    const selection = String(label['selection']);
    if (/^tie$/i.test(selection)) return { groups: [[0, 1]] };
    return selection === 'A'
      ? { groups: [[0], [1]] }
      : selection === 'B'
        ? { groups: [[1], [0]] }
        : null;
  }
  // A scale runs from "A is much better" (negative) to "B is much better".
  const value = Number(label['scale_value']);
  if (!Number.isFinite(value)) return null;
  if (value === 0) return { groups: [[0, 1]] };
  const strength = Math.min(9, Math.max(1, Math.round(Math.abs(value))));
  return { groups: value < 0 ? [[0], [1]] : [[1], [0]], fields: { strength } };
}

const potatoInstance = z.looseObject({
  id: z.union([z.string(), z.number()]),
  responses: z.array(z.string()).min(1),
  prompt: z.string().nullish(),
  instruction: z.string().nullish(),
  text: z.string().nullish(),
  annotations: z
    .array(z.looseObject({ user: who, labels: z.record(z.string(), z.unknown()) }))
    .nullish(),
});
const potatoAnnotation = z.looseObject({
  instance_id: z.union([z.string(), z.number()]),
  user_id: z.union([z.string(), z.number()]).nullish(),
  label_annotations: z.record(z.string(), z.unknown()),
});

/** Puts annotations (of another line or file) to the instance that they are of. */
function joinPotato(rows: readonly SourceValue[]): SourceValue[] {
  const labels = new Map<string, unknown[]>();
  const rest = rows.filter(({ value }) => {
    const annotation = potatoAnnotation.safeParse(value);
    if (!annotation.success) return true;
    const { instance_id: id, user_id: user, label_annotations: given_ } = annotation.data;
    labels.set(String(id), [...(labels.get(String(id)) ?? []), { user, labels: given_ }]);
    return false;
  });
  return rest.map((row) => {
    const instance = potatoInstance.safeParse(row.value);
    const own = instance.success ? labels.get(String(instance.data.id)) : undefined;
    if (!instance.success || own === undefined) return row;
    const { path, line } = row;
    return {
      path,
      line,
      value: { ...instance.data, annotations: [...(instance.data.annotations ?? []), ...own] },
    };
  });
}

const potato = defineFormat({
  name: 'potato',
  title: 'Potato instances, with annotations beside them or of their own',
  row: potatoInstance,
  mapping: {
    'prompt (or instruction, text)': 'prompt',
    responses: 'completions',
    'rank_order, selection, scale_value': 'rankings; "=" and "tie" are ties, a scale is a strength',
    user_id: 'labeler, hashed',
  },
  gather: joinPotato,
  read: (row, context) => {
    const prompt = row.prompt ?? row.instruction ?? row.text ?? '';
    if (prompt === '') throw misfit('prompt', 'expected a text');
    const asides = potatoLabels.safeParse(row['label_annotations']);
    const inline = asides.success ? [{ user: undefined, labels: asides.data }] : [];
    return taskOf(prompt, {
      completions: row.responses.map((text) => ({ text })),
      rankings: [...(row.annotations ?? []), ...inline].flatMap(({ user, labels }) =>
        potatoRankings(labels, user, row.responses.length, context),
      ),
    });
  },
  write: {
    container: 'jsonl',
    carries: [
      'completions that nobody ranked',
      'rankings',
      'rankings of three or more as a whole',
      'ties',
      'names of rankings’ labelers',
    ],
    rows: ({ prompt, completions, rankings }) => {
      if (completions.length === 0) return [];
      const letter = (place: number): string => String.fromCharCode(65 + place);
      return [
        {
          id: prompt.id ?? asText(prompt.content),
          prompt: asText(prompt.content),
          responses: completions.map(({ text }) => text),
          annotations: rankings
            .filter(({ groups }) => groups.length > 0)
            .map(({ groups, labeler }) => ({
              user: labeler ?? null,
              labels: {
                ranking: {
                  rank_order: groups.map((group) => group.map(letter).join('=')).join(','),
                },
              },
            })),
        },
      ];
    },
  },
});

function potatoRankings(
  labels: Readonly<Record<string, unknown>>,
  user: z.infer<typeof who>,
  count: number,
  context: ReadContext,
): ExchangeRanking[] {
  const labeler = context.pseudonym(typeof user === 'object' && user !== null ? user.id : user);
  return Object.values(labels).flatMap((label) => {
    const known = potatoLabel.safeParse(label);
    const ranking = known.success ? potatoRanking(known.data, count) : null;
    return ranking === null ? [] : [{ ...ranking, labeler }];
  });
}

const promptfoo = defineFormat({
  name: 'promptfoo',
  title: 'promptfoo DPO export',
  row: z.looseObject({
    chosen: z.array(z.string()),
    rejected: z.array(z.string()),
    vars: z.record(z.string(), z.unknown()),
    providers: z.array(z.unknown()).nullish(),
    prompts: z.array(z.unknown()).min(1),
  }),
  mapping: {
    'prompts, with vars put in': 'prompt (the first)',
    chosen: 'completions that passed: one group, ranked first',
    rejected: 'completions that failed: one group, ranked second',
  },
  read: ({ chosen, rejected, vars, prompts }) => {
    const text = filledPrompt(prompts[0], vars);
    const completions = [...chosen, ...rejected].map((one) => ({ text: one }));
    const groups = [
      chosen.map((_, place) => place),
      rejected.map((_, place) => chosen.length + place),
    ].filter(({ length }) => length > 0);
    return taskOf(text, { completions, rankings: completions.length > 1 ? [{ groups }] : [] });
  },
  write: {
    container: 'json',
    carries: ['rankings'],
    rows: ({ prompt, completions, rankings }) =>
      rankings.flatMap(({ groups }) => {
        if (groups.length < 2) return [];
        const texts = (places: readonly number[]): string[] =>
          places.map((place) => completions[place].text);
        return [
          {
            chosen: texts(groups[0]),
            rejected: texts(groups.slice(1).flat()),
            vars: { prompt: asText(prompt.content) },
            providers: [],
            prompts: ['{{prompt}}'],
          },
        ];
      }),
  },
});

/** A prompt template with its variables put in, as promptfoo (Nunjucks) writes them: `{{ name }}`. */
function filledPrompt(template: unknown, vars: Readonly<Record<string, unknown>>): string {
  const shaped = z.union([z.string(), z.looseObject({ raw: z.string() })]).safeParse(template);
  if (!shaped.success) throw misfit('prompts.0', 'expected a text');
  const raw = typeof shaped.data === 'string' ? shaped.data : shaped.data.raw;
  return raw.replace(/\{\{\s*([\w.]+)\s*(?:\|[^}]*)?\}\}/g, (whole, name: string) => {
    const value = vars[name];
    if (value === undefined) return whole;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** These tools' shapes. */
export const labelingToolFormats: readonly Format[] = [labelStudio, promptfoo, potato];
