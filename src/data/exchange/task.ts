/**
 * What crosses between a project and other tools' files: a prompt with everything that belongs to
 * it, before it has ids. Formats are read into this and written from it.
 */
import type { Prompt, Rating } from '../../protocol/records.ts';

/** A turn of a conversation. */
export type Message = NonNullable<Prompt['messages']>[number];

/** A prompt: a text, or the turns of a conversation. */
export interface ExchangePrompt {
  readonly content: string | readonly Message[];
  /** The prompt's id in a project, where it has one. */
  readonly id?: string;
  /** Tells apart prompts with one text that are not the same (other instructions around them). */
  readonly variant?: string;
  /** Fields of the prompt record: category, source, user, split, tags and any others. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A labeler's own completion. */
export interface ExchangeDemonstration {
  readonly text: string;
  readonly labeler?: string | undefined;
}

/** A model's completion. */
export interface ExchangeCompletion {
  readonly text: string;
  /** The model's name; unknown when absent. */
  readonly model?: string | undefined;
  readonly scores?: Readonly<Record<string, number>> | undefined;
  /** Other fields of the completion record. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A labeler's order of a task's completions, by their places in its list. */
export interface ExchangeRanking {
  /** Groups of places, best first; several in a group are a tie. */
  readonly groups: readonly (readonly number[])[];
  readonly labeler?: string | undefined;
  /** The places in the order shown; the list's own order when absent. */
  readonly shown?: readonly number[];
  /** By place. */
  readonly ratings?: ReadonlyMap<number, Rating>;
  /** Other fields of the ranking record: strength, bothBad, seconds, skipped, created … */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A prompt and everything that belongs to it. */
export interface ExchangeTask {
  readonly prompt: ExchangePrompt;
  readonly demonstrations: readonly ExchangeDemonstration[];
  readonly completions: readonly ExchangeCompletion[];
  readonly rankings: readonly ExchangeRanking[];
}

/** A task of which only some parts are given. */
export function taskOf(
  content: ExchangePrompt['content'],
  parts: Partial<Omit<ExchangeTask, 'prompt'>> & Omit<ExchangePrompt, 'content'> = {},
): ExchangeTask {
  const { demonstrations = [], completions = [], rankings = [], ...prompt } = parts;
  return { prompt: { content, ...prompt }, demonstrations, completions, rankings };
}

/** Keeps the fields that have a value, so that none is written as null. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** The fields of a record that are not named. */
export function otherFields(
  record: Readonly<Record<string, unknown>>,
  named: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !named.includes(key)));
}
