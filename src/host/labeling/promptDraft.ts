/**
 * A prompt that a labeler writes, as a Markdown draft: the paper's three kinds (section 3.2). Plain
 * is any task; few-shot an instruction with query and response pairs; user-based follows a use
 * case from somebody's application, told in vague words.
 */
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';

/** The kinds that a labeler writes. */
export const writtenKinds = ['plain', 'few_shot', 'user_based'] as const;
/** One of {@link writtenKinds}. */
export type WrittenKind = (typeof writtenKinds)[number];

/** A prompt out of a draft; few-shot ones come with the response that was written for them. */
export interface WrittenPrompt {
  readonly prompt: string;
  readonly completion?: string;
  /** The use case of a user-based prompt. */
  readonly useCase?: string;
}

// By these a draft is read back, so they are the same in every language.
/* eslint-disable instruct/no-untranslated */
const headings = {
  prompt: 'Prompt',
  useCase: 'Use case',
  instruction: 'Instruction',
  query: 'Query',
  response: 'Response',
} as const;
/* eslint-enable instruct/no-untranslated */

const empty = (heading: string): string => `# ${heading}\n\n`;

/** What a new draft of a kind contains. */
export const draftTemplates = {
  plain: empty(headings.prompt),
  few_shot:
    empty(headings.instruction) + (empty(headings.query) + empty(headings.response)).repeat(3),
  user_based: empty(headings.useCase) + empty(headings.prompt),
} as const satisfies Record<WrittenKind, string>;

/**
 * The prompts of a draft. K pairs of a few-shot draft make K prompts, each with the other K − 1
 * pairs as its context, as the paper did.
 * @throws InstructError `bad-argument` when a part is missing
 */
export function promptsOfDraft(kind: WrittenKind, text: string): WrittenPrompt[] {
  const parts = sections(text);
  const one = (heading: string): string => {
    const body = parts.find((part) => part.heading === heading)?.body ?? '';
    if (body === '') throw missing(l10n.t`There is nothing under “# ${heading}”.`);
    return body;
  };
  if (kind === 'plain') return [{ prompt: one(headings.prompt) }];
  if (kind === 'user_based')
    return [{ prompt: one(headings.prompt), useCase: one(headings.useCase) }];
  const instruction = one(headings.instruction);
  const filled = parts.filter(({ body }) => body !== '');
  const queries = filled.filter(({ heading }) => heading === headings.query);
  const responses = filled.filter(({ heading }) => heading === headings.response);
  if (queries.length !== responses.length) {
    throw missing(l10n.t`There are ${queries.length} queries and ${responses.length} responses.`);
  }
  if (queries.length < 2) throw missing(l10n.t('A few-shot prompt needs at least two pairs.'));
  return queries.map(({ body: query }, at) => {
    const others = queries
      .map((other, index) => ({ index, text: `${other.body}\n-> ${responses[index].body}` }))
      .filter(({ index }) => index !== at);
    const shots = others.map((other) => other.text);
    const prompt = [instruction, ...shots, `${query}\n->`].join('\n\n');
    return { prompt, completion: responses[at].body };
  });
}

function sections(text: string): { heading: string; body: string }[] {
  const found: { heading: string; lines: string[] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const heading = /^# (Prompt|Instruction|Query|Response|Use case)\s*$/.exec(line)?.[1];
    if (heading !== undefined) found.push({ heading, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ heading, lines }) => ({ heading, body: lines.join('\n').trim() }));
}

function missing(what: string): InstructError {
  return new InstructError({
    code: 'bad-argument',
    message: what,
    remedy: l10n.t('Write it in the draft, then save again.'),
  });
}
