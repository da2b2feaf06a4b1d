/** Tasks whose answer is a text with references: SQuAD, translation, summaries. */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { answerF1, exactMatch } from './metrics/answerF1.ts';
import { corpusBleu } from './metrics/bleu.ts';
import { rougeL } from './metrics/rougeL.ts';
import {
  groupBy,
  meanOf,
  modelOf,
  type PublicTask,
  type TaskInput,
  type TaskReport,
} from './publicTask.ts';
import { readDocument, readRows, readTextLines } from './readRows.ts';

interface Answered {
  readonly text: string;
  readonly references: readonly string[];
}
type Metrics = (answers: readonly Answered[]) => Record<string, number>;

/** What OpenAI published of its models' samples; several references stand between bars. */
const sampleRow = z.object({
  model_type: z.string(),
  prompt_type: z.string().optional(),
  ref_text: z.string(),
  sample: z.string(),
});

/** Metrics of published samples, a group for each model and prompt. */
async function ofSamples(file: string, metrics: Metrics): Promise<TaskReport> {
  const rows = await readRows(file, sampleRow);
  const groups = groupBy(rows, ({ model_type, prompt_type }) =>
    [model_type, ...(prompt_type === undefined ? [] : [prompt_type])].join(', '),
  );
  return {
    groups: [...groups].map(([name, own]) => ({
      name,
      count: own.length,
      metrics: metrics(
        own.map(({ ref_text, sample }) => ({ text: sample, references: ref_text.split('|') })),
      ),
    })),
  };
}

const squadFile = z.object({
  data: z.array(
    z.object({
      title: z.string().default(''),
      paragraphs: z.array(
        z.object({
          context: z.string(),
          qas: z.array(
            z.object({
              id: z.string(),
              question: z.string(),
              answers: z.array(z.object({ text: z.string() })),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** What the paper's prompt asks a model to say where the passage does not tell. */
const noAnswer = 'Not in background.';

const squadMetrics: Metrics = (answers) => ({
  f1: 100 * meanOf(answers, ({ text, references }) => answerF1(text, references)),
  exact: 100 * meanOf(answers, ({ text, references }) => exactMatch(text, references)),
});

/** F1 and exact match in percent, the best over the references. */
export const squad: PublicTask = {
  summary: 'questions on passages; F1 and exact match (SQuAD 1.1 and 2.0)',
  data: 'dev-v2.0.json, with --model or with --predictions (an object of answers by id); or samples in CSV: "model_type", "ref_text", "sample"',
  async evaluate(input) {
    if (/\.csv$/i.test(input.data)) return ofSamples(input.data, squadMetrics);
    const { data } = await readDocument(input.data, squadFile);
    const questions = data
      .flatMap(({ title, paragraphs }) =>
        paragraphs.flatMap(({ context, qas }) =>
          qas.map(({ id, question, answers }) => ({
            id,
            prompt: `${input.prefix}Title: ${title}\n\nBackground: ${context}\n\nQ: ${question}\n\nA:`,
            references: answers.length === 0 ? [''] : answers.map(({ text }) => text),
          })),
        ),
      )
      .slice(0, input.limit);
    const answers =
      input.predictions === null
        ? await modelOf(input, 'answer the questions').complete(
            questions.map(({ prompt }) => prompt),
          )
        : await byId(input.predictions, questions);
    return {
      groups: [
        {
          name: 'model',
          count: questions.length,
          metrics: squadMetrics(
            questions.map(({ references }, i) => ({
              text: answers[i].trim() === noAnswer ? '' : answers[i],
              references,
            })),
          ),
        },
      ],
      generations: questions.map(({ id }, i) => ({ id, answer: answers[i] })),
    };
  },
};

/** A question without a prediction counts as answered with nothing, as in the official script. */
async function byId(file: string, questions: readonly { id: string }[]): Promise<string[]> {
  const predictions = await readDocument(file, z.record(z.string(), z.string()));
  return questions.map(({ id }) => predictions[id] ?? '');
}

/** Corpus BLEU, from 0 to 100. */
export const translation: PublicTask = {
  summary: 'translation; BLEU (WMT)',
  data: 'sources, one a line, with --references (one a line) and --model or --predictions; or samples in CSV: "model_type", "ref_text", "sample"',
  async evaluate(input) {
    const metrics: Metrics = (answers) => ({ bleu: corpusBleu(answers) });
    if (/\.csv$/i.test(input.data)) return ofSamples(input.data, metrics);
    if (input.references === null) {
      throw new InstructError({
        code: 'bad-argument',
        message: `${input.data}: there are no references to compare with.`,
        remedy: 'Give them with --references, one a line.',
      });
    }
    const sources = (await readTextLines(input.data)).slice(0, input.limit);
    const references = await linesFor(sources, input.references);
    const texts =
      input.predictions === null
        ? await modelOf(input, 'translate').complete(
            sources.map((source) => `${input.prefix}${source}\n`),
          )
        : await linesFor(sources, input.predictions);
    return ofTexts(
      texts.map((text, i) => ({ text, references: [references[i]] })),
      metrics,
    );
  },
};

async function linesFor(sources: readonly string[], file: string): Promise<string[]> {
  const lines = await readTextLines(file);
  if (lines.length >= sources.length) return lines.slice(0, sources.length);
  throw new InstructError({
    code: 'bad-record',
    message: `${file}: expected ${sources.length} lines, got ${lines.length}.`,
    remedy: 'Give one line for each line of --data.',
    place: { path: file },
  });
}

const summaryRow = z.union([
  z.object({ article: z.string(), highlights: z.string() }),
  z.object({ context: z.string(), ref_text: z.string() }),
]);

/** ROUGE-L, the mean F-measure over texts, from 0 to 1. */
export const summaries: PublicTask = {
  summary: 'summaries; ROUGE-L (CNN/Daily Mail, TL;DR)',
  data: '"article" and "highlights", or "context" and "ref_text", in CSV or JSONL, with --model or --predictions (one a line); or samples in CSV: "model_type", "ref_text", "sample"',
  async evaluate(input) {
    const metrics: Metrics = (answers) => ({
      rouge_l: meanOf(answers, ({ text, references }) =>
        Math.max(...references.map((reference) => rougeL(text, reference))),
      ),
    });
    if (input.model === null && input.predictions === null) {
      return ofSamples(input.data, metrics);
    }
    const rows = (await readRows(input.data, summaryRow)).slice(0, input.limit);
    const texts = rows.map((row) => ('article' in row ? row.article : row.context));
    const written = await summariesOf(input, texts);
    return ofTexts(
      rows.map((row, i) => ({
        text: written[i],
        references: ['article' in row ? row.highlights : row.ref_text],
      })),
      metrics,
    );
  },
};

function summariesOf(input: TaskInput, texts: readonly string[]): Promise<string[]> {
  if (input.predictions !== null) return linesFor(texts, input.predictions);
  const model = modelOf(input, 'summarise');
  return model.complete(texts.map((text) => `${input.prefix}${text}\n\nTL;DR:`));
}

function ofTexts(answers: readonly Answered[], metrics: Metrics): TaskReport {
  return {
    groups: [{ name: 'model', count: answers.length, metrics: metrics(answers) }],
    generations: answers.map(({ text, references }) => ({
      text,
      reference: references.join('|'),
    })),
  };
}
