/** Published data of OpenAI's research: summaries, human preferences, InstructGPT's samples. */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format } from '../format.ts';
import { pairsOf } from '../pairs.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangeTask } from '../task.ts';
import { asText } from '../turns.ts';

const id = z.union([z.string(), z.number()]).nullish();
const info = z.looseObject({
  id,
  post: z.string().nullish(),
  title: z.string().nullish(),
  subreddit: z.string().nullish(),
  article: z.string().nullish(),
  site: z.string().nullish(),
});
const summary = z.looseObject({
  text: z.string(),
  policy: z.string().nullish(),
  note: z.string().nullish(),
});
const worker = { worker: id, batch: z.string().nullish() };
const splitSchema = z.string().nullish();
const splitOf = (split: string | null | undefined): string | undefined =>
  split === undefined || split === null ? undefined : split.replace(/\d+$/, '');

/** The prompt that the summaries answer (TRL's tldr script; for news, the article alone). */
function summaryPrompt({ post, title, subreddit, article }: z.infer<typeof info>): string {
  if (article !== undefined && article !== null) {
    return `${title === undefined || title === null ? '' : `${title}\n\n`}${article}\n\nTL;DR:`;
  }
  if (post === undefined || post === null) throw misfit('info', 'expected "post" or "article"');
  return redditPrompt(subreddit ?? '', title ?? '', post);
}

function redditPrompt(subreddit: string, title: string, post: string): string {
  return `SUBREDDIT: r/${subreddit}\n\nTITLE: ${title}\n\nPOST: ${post}\n\nTL;DR:`;
}

/** The fields of a Reddit prompt, for writing it back; an article for any other text. */
function infoOf({ prompt }: ExchangeTask): Record<string, unknown> {
  const text = asText(prompt.content);
  const found = /^SUBREDDIT: r\/(.*)\n\nTITLE: (.*)\n\nPOST: ([^]*)\n\nTL;DR:$/.exec(text);
  if (found === null) {
    return given({ id: prompt.id, article: text.replace(/\n\nTL;DR:$/, '') });
  }
  const [, subreddit, title, post] = found;
  return given({ id: prompt.id, subreddit, title, post });
}

const comparisons = defineFormat({
  name: 'summarize-comparisons',
  title: 'summarize-from-feedback comparisons',
  row: z.looseObject({
    info,
    summaries: z.array(summary).length(2),
    choice: z.union([z.literal(0), z.literal(1)]),
    ...worker,
    split: splitSchema,
    extra: z.looseObject({ confidence: z.int().min(1).max(9).nullish() }).nullish(),
  }),
  mapping: {
    info: 'prompt',
    'summaries.text': 'completions',
    'summaries.policy': 'models of the completions',
    choice: 'ranking of the two',
    worker: 'labeler, hashed',
    split: 'split (valid1 and valid2 become valid)',
    'extra.confidence': 'strength',
    'summaries.note': 'notes of the ranking',
  },
  read: ({ info: about, summaries, choice, worker: who, split, extra }, context) => {
    if (summaries[0].text === summaries[1].text)
      throw misfit('summaries', 'expected two different');
    const notes = summaries.flatMap(({ note }, place) =>
      note === undefined || note === null || note === ''
        ? []
        : ([[place, { note }]] as [number, { note: string }][]),
    );
    return taskOf(summaryPrompt(about), {
      fields: given({ split: splitOf(split), category: 'summarization' }),
      completions: summaries.map(({ text, policy }) => ({ text, model: policy ?? undefined })),
      rankings: [
        {
          groups: choice === 0 ? [[0], [1]] : [[1], [0]],
          labeler: context.pseudonym(who),
          shown: [0, 1],
          ratings: new Map(notes),
          fields: given({ strength: extra?.confidence }),
        },
      ],
    });
  },
  write: {
    container: 'jsonl',
    carries: [
      'rankings',
      'names of models',
      'names of rankings’ labelers',
      'splits',
      'strengths',
      'orders shown',
    ],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected, ranking }) => {
        const order = ranking.shown ?? task.completions.map((_, place) => place);
        const first = (completion: typeof chosen): number =>
          order.indexOf(task.completions.indexOf(completion));
        const [left, right] =
          first(chosen) < first(rejected) ? [chosen, rejected] : [rejected, chosen];
        return {
          info: infoOf(task),
          summaries: [left, right].map(({ text, model }) => ({
            text,
            policy: model ?? null,
            note: null,
          })),
          choice: left === chosen ? 0 : 1,
          worker: ranking.labeler ?? null,
          batch: 'instruct-studio',
          split: task.prompt.fields?.['split'] ?? 'train',
          extra: given({ confidence: ranking.fields?.['strength'] }),
        };
      }),
  },
});

const axes = ['overall', 'accuracy', 'coverage', 'coherence'] as const;
const axis = z.number().min(1).max(7).nullish();

const axisRatings = defineFormat({
  name: 'summarize-axis',
  title: 'summarize-from-feedback axis ratings',
  row: z.looseObject({
    info,
    summary: summary.extend({
      axes: z.looseObject({ overall: axis, accuracy: axis, coverage: axis, coherence: axis }),
    }),
    ...worker,
    split: splitSchema,
  }),
  mapping: {
    info: 'prompt',
    'summary.text': 'completion',
    'summary.policy': 'model of the completion',
    'summary.axes': 'scores of the completion',
    split: 'split',
  },
  drops: ['worker'],
  read: ({ info: about, summary: one, split }) =>
    taskOf(summaryPrompt(about), {
      fields: given({ split: splitOf(split), category: 'summarization' }),
      completions: [
        {
          text: one.text,
          model: one.policy ?? undefined,
          scores: Object.fromEntries(
            axes.flatMap((name) => {
              const value = one.axes[name];
              return value === undefined || value === null ? [] : [[name, value]];
            }),
          ),
        },
      ],
    }),
  write: {
    container: 'jsonl',
    carries: [
      'names of models',
      'scores of completions',
      'splits',
      'completions that nobody ranked',
    ],
    rows: (task) =>
      task.completions.flatMap(({ text, model, scores = {} }) => {
        const known = axes.filter((name) => Object.hasOwn(scores, name));
        if (known.length === 0) return [];
        return [
          {
            info: infoOf(task),
            split: task.prompt.fields?.['split'] ?? 'train',
            summary: {
              text,
              policy: model ?? null,
              note: null,
              axes: Object.fromEntries(known.map((name) => [name, scores[name]])),
            },
            worker: null,
            batch: 'instruct-studio',
          },
        ];
      }),
  },
});

const tldr = defineFormat({
  name: 'tldr',
  title: 'Reddit TL;DR',
  row: z.looseObject({
    subreddit: z.string(),
    title: z.string(),
    post: z.string(),
    summary: z.string(),
  }),
  mapping: { 'subreddit, title, post': 'prompt', summary: 'demonstration, after a space' },
  read: ({ subreddit, title, post, summary: text }) =>
    taskOf(redditPrompt(subreddit, title, post), {
      fields: { category: 'summarization' },
      demonstrations: [{ text: ` ${text}` }],
    }),
  write: {
    container: 'jsonl',
    carries: ['demonstrations'],
    rows: (task) => {
      const about = infoOf(task);
      if (about['subreddit'] === undefined) return [];
      return task.demonstrations.map(({ text }) => ({
        ...about,
        summary: text.startsWith(' ') ? text.slice(1) : text,
      }));
    },
  },
});

const tokens = z.array(z.int().min(0)).min(1);

const humanPreferences = defineFormat({
  name: 'lm-human-preferences',
  title: 'lm-human-preferences labels',
  row: z.looseObject({
    query: tokens,
    sample0: tokens,
    sample1: tokens,
    sample2: tokens,
    sample3: tokens,
    best: z.int().min(0).max(3),
  }),
  mapping: {
    query: 'prompt, decoded from GPT-2 tokens',
    sample0: 'completion, decoded; so are sample1 to sample3',
    best: 'ranking: the best, and the other three tied behind it',
  },
  read: (row, context) => {
    const samples = [row.sample0, row.sample1, row.sample2, row.sample3];
    const texts = samples.map((ids) => context.decode(ids));
    const others = texts.flatMap((_, place) => (place === row.best ? [] : [place]));
    return taskOf(context.decode(row.query), {
      completions: texts.map((text) => ({ text })),
      rankings: [{ groups: [[row.best], others], shown: [0, 1, 2, 3] }],
    });
  },
  write: {
    container: 'json',
    carries: ['rankings', 'orders shown'],
    rows: (task, context) =>
      task.rankings.flatMap(({ groups, shown }) => {
        const best = groups.at(0) ?? [];
        const places = shown ?? groups.flat();
        if (best.length !== 1 || places.length !== 4) return [];
        const row: Record<string, unknown> = {
          query: context.encode(asText(task.prompt.content)),
          best: places.indexOf(best[0]),
        };
        for (const [index, place] of places.entries()) {
          row[`sample${index}`] = context.encode(task.completions[place].text);
        }
        return [row];
      }),
  },
});

const score = z.coerce.number();

const truthfulQa = defineFormat({
  name: 'openai-truthfulqa',
  title: 'InstructGPT’s published TruthfulQA samples',
  row: z.looseObject({
    model_type: z.string().min(1),
    prompt_type: z.string(),
    question: z.string().min(1),
    answer: z.string(),
    true: score,
    info: score,
    adversarial: z.string().nullish(),
  }),
  mapping: {
    question: 'prompt, one for each prompt_type',
    prompt_type: 'tag',
    adversarial: 'tag',
    model_type: 'model',
    answer: 'completion',
    true: 'score "true"',
    info: 'score "info"',
  },
  read: (row) =>
    taskOf(row.question, {
      variant: row.prompt_type,
      fields: {
        source: 'TruthfulQA',
        tags: [row.prompt_type, ...(row.adversarial === 'True' ? ['adversarial'] : [])],
      },
      completions: [
        { text: row.answer, model: row.model_type, scores: { true: row.true, info: row.info } },
      ],
    }),
});

const tldrSamples = defineFormat({
  name: 'openai-tldr',
  title: 'InstructGPT’s published TL;DR samples',
  row: z.looseObject({
    model_type: z.string().min(1),
    context: z.string().min(1),
    ref_text: z.string(),
    sample: z.string(),
  }),
  mapping: {
    context: 'prompt',
    ref_text: 'demonstration by "reference"',
    model_type: 'model',
    sample: 'completion',
  },
  read: (row) =>
    taskOf(row.context, {
      fields: { source: 'TL;DR', category: 'summarization' },
      demonstrations: [{ text: row.ref_text, labeler: 'reference' }],
      completions: [{ text: row.sample, model: row.model_type }],
    }),
});

/** These shapes, the telling ones first. */
export const openaiResearchFormats: readonly Format[] = [
  truthfulQa,
  tldrSamples,
  comparisons,
  axisRatings,
  tldr,
  humanPreferences,
];
