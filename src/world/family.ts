/**
 * A task family: one kind of thing that a prompt can ask, with its phrasings, right and wrong
 * answers, and how an answer is graded. All categories are built of families, and the web text,
 * the prompts, the demonstrations and the gold labeler all speak through them.
 */
import * as z from 'zod';
import type { Random } from '../data/random.ts';
import type { Category } from '../protocol/records.ts';
import type { Reading } from './reading.ts';
import type { World } from './world.ts';

/** An explicit demand on the form of the answer. */
export const constraintSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('one_word') }),
  z.object({ kind: z.literal('full_sentence') }),
  z.object({ kind: z.literal('sentences'), count: z.int().min(1).max(9) }),
  z.object({ kind: z.literal('use_word'), word: z.string() }),
  z.object({ kind: z.literal('max_words'), count: z.int().min(1) }),
]);
/** One of the demands of {@link constraintSchema}. */
export type Constraint = z.infer<typeof constraintSchema>;

/** The `world` field of a prompt record: all that the gold labeler has to know to judge. */
export const taskSpecSchema = z.object({
  family: z.string(),
  slots: z.record(z.string(), z.unknown()),
  constraint: constraintSchema.nullable(),
});
/** See {@link taskSpecSchema}. */
export type TaskSpec = z.infer<typeof taskSpecSchema>;

/** What a family finds in an answer. */
export interface Grade {
  /** From 0 (nothing of what was asked) to 1 (all of it, and right). */
  readonly task: number;
  /** Wrong claims that only the family can know of, such as a wrong answer to its question. */
  readonly falsehoods: number;
  /** Sentences that nobody asked for, where the family can tell; else they are counted. */
  readonly surplus?: number;
}

/** One prompt's task: a family with its slots filled. */
export interface Task {
  readonly spec: TaskSpec;
  readonly category: Category;
  /** What it asks about. Its hash decides the split. */
  readonly key: string;
  /** A prompt text, the constraint included. */
  ask(rng: Random): string;
  /** A right answer that meets the constraint. */
  answer(rng: Random): string;
  /** An answer of the right kind with a wrong or missing content. */
  wrong(rng: Random): string;
  grade(reading: Reading): Grade;
  /** Above this number of words an answer rambles. */
  readonly maxWords: number;
  /** More sentences than these are beside the point. */
  readonly maxSentences: number;
  /** Whether the answer may only use what the prompt says. */
  readonly closedDomain: boolean;
  /** For prompts with worked examples: the instruction common to all and this task's input. */
  readonly shot: { readonly instruction: string; readonly input: string } | null;
}

/** A family, its slots' type hidden. */
export interface Family {
  readonly name: string;
  readonly category: Category;
  /** How often it is drawn among the families of its category. */
  readonly weight: number;
  /** A new task. */
  draw(world: World, rng: Random): Task;
  /** The task of a spec. Throws when the slots are not this family's. */
  open(world: World, spec: TaskSpec): Task;
}

/** What {@link defineFamily} needs to know; `S` is the type of the slots. */
export interface FamilyDefinition<S extends Record<string, unknown>> {
  readonly name: string;
  readonly category: Category;
  readonly weight: number;
  readonly slots: z.ZodType<S>;
  draw(world: World, rng: Random): S;
  key(slots: S, world: World): string;
  /** All phrasings, the constraint's sentence not included. */
  phrasings(slots: S, world: World): string[];
  /** A constraint that suits the slots; null for none. Absent: never any. */
  constraint?(slots: S, world: World, rng: Random): Constraint | null;
  answer(slots: S, world: World, rng: Random, constraint: Constraint | null): string;
  wrong(slots: S, world: World, rng: Random): string;
  grade(slots: S, world: World, reading: Reading): Grade;
  maxWords(slots: S, constraint: Constraint | null): number;
  /** One where absent. */
  readonly maxSentences?: number;
  readonly closedDomain?: true;
  shot?(slots: S, world: World): { instruction: string; input: string };
}

/** Makes a {@link Family} of its definition. */
export function defineFamily<S extends Record<string, unknown>>(
  definition: FamilyDefinition<S>,
): Family {
  const build = (world: World, slots: S, constraint: Constraint | null): Task => ({
    spec: { family: definition.name, slots, constraint },
    category: definition.category,
    key: definition.key(slots, world),
    ask: (rng) => {
      const asked = rng.pick(definition.phrasings(slots, world));
      if (constraint === null) return asked;
      const demand = rng.pick(demands(constraint));
      // A prompt of several lines ends with its text, so the demand goes before.
      return asked.includes('\n') ? `${demand} ${asked}` : `${asked} ${demand}`;
    },
    answer: (rng) => definition.answer(slots, world, rng, constraint),
    wrong: (rng) => definition.wrong(slots, world, rng),
    grade: (reading) => definition.grade(slots, world, reading),
    maxWords: definition.maxWords(slots, constraint),
    maxSentences: definition.maxSentences ?? 1,
    closedDomain: definition.closedDomain ?? false,
    shot: definition.shot?.(slots, world) ?? null,
  });
  return {
    name: definition.name,
    category: definition.category,
    weight: definition.weight,
    draw: (world, rng) => {
      const slots = definition.draw(world, rng);
      return build(world, slots, definition.constraint?.(slots, world, rng) ?? null);
    },
    open: (world, spec) => build(world, definition.slots.parse(spec.slots), spec.constraint),
  };
}

/** The sentences that put a constraint into a prompt. */
function demands(constraint: Constraint): string[] {
  switch (constraint.kind) {
    case 'one_word':
      return ['Answer in one word.', 'Use only one word.', 'Give a one word answer.'];
    case 'full_sentence':
      return ['Answer in a full sentence.', 'Use a full sentence.'];
    case 'sentences': {
      const count = ['zero', 'one', 'two', 'three', 'four'][constraint.count] ?? 'five';
      const noun = constraint.count === 1 ? 'sentence' : 'sentences';
      return [`Write ${count} ${noun}.`, `Use exactly ${count} ${noun}.`];
    }
    case 'use_word':
      return [
        `Use the word ${constraint.word}.`,
        `It must have the word ${constraint.word} in it.`,
      ];
    case 'max_words':
      return [
        `Use at most ${String(constraint.count)} words.`,
        `Do not use more than ${String(constraint.count)} words.`,
      ];
  }
}

/** How well a text meets a constraint, from 0 to 1. */
export function constraintMet(constraint: Constraint, reading: Reading): number {
  switch (constraint.kind) {
    case 'one_word':
      return reading.words.length === 1 ? 1 : reading.words.length === 2 ? 0.4 : 0;
    case 'full_sentence': {
      const [first] = reading.sentences;
      return reading.sentences.length >= 1 && first.words.length >= 3 && first.ended ? 1 : 0;
    }
    case 'sentences': {
      const off = Math.abs(reading.sentences.length - constraint.count);
      return off === 0 ? 1 : off === 1 ? 0.3 : 0;
    }
    case 'use_word':
      return reading.words.some(
        (word) => word === constraint.word || word === `${constraint.word}s`,
      )
        ? 1
        : 0;
    case 'max_words': {
      const over = reading.words.length - constraint.count;
      return over <= 0 ? 1 : over <= 3 ? 0.4 : 0;
    }
  }
}
