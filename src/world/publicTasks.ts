/**
 * The world's "public tasks": multiple choice in the forms of its web, which is what the base model
 * was trained on. They stand for the public NLP data sets of the paper (section 4.1, appendix D), on
 * which alignment costs ability: the alignment tax.
 */
import { Random } from '../data/random.ts';
import { drawTask } from './families.ts';
import { reviewLines } from './families/classification.ts';
import { drawFact, factOf, otherValue } from './families/openQa.ts';
import { capitalize } from './grammar.ts';
import { workedPrompt } from './manner.ts';
import { story } from './narrative.ts';
import { relationOf } from './relations.ts';
import type { World } from './world.ts';

/** The tasks; each in the place of one of the paper's. */
export const publicTaskNames = [
  /** A statement of a fact with its value to be filled in (knowledge). */
  'facts',
  /** Which sentence ends a tale (HellaSwag). */
  'tales',
  /** A passage with a question (SQuAD, DROP). */
  'passages',
  /** Whether a review is good or bad (SST). */
  'reviews',
  /** An instruction with worked examples (few-shot). */
  'examples',
] as const;
/** One of {@link publicTaskNames}. */
export type PublicTaskName = (typeof publicTaskNames)[number];

/** A question of a public task. */
export interface PublicQuestion {
  readonly task: PublicTaskName;
  readonly context: string;
  /** Different texts that may follow the context, each with its leading space. */
  readonly options: readonly string[];
  /** The index of the right one. */
  readonly answer: number;
}

/** `perTask` questions of each task, in the order of {@link publicTaskNames}; contexts are unique. */
export function publicQuestions(
  world: World,
  { seed, perTask }: { readonly seed: number; readonly perTask: number },
): PublicQuestion[] {
  return publicTaskNames.flatMap((task) => {
    const rng = new Random(`public task ${task} ${String(seed)}`);
    const found = new Map<string, PublicQuestion>();
    for (let tries = 0; found.size < perTask && tries < 200 * perTask; tries++) {
      const drawn = makers[task](world, rng);
      if (drawn === null || found.has(drawn.context)) continue;
      const options = rng.shuffle([drawn.right, ...drawn.wrong]);
      if (new Set(options).size < options.length) continue;
      const answer = options.indexOf(drawn.right);
      found.set(drawn.context, { task, context: drawn.context, options, answer });
    }
    return [...found.values()];
  });
}

interface Drawn {
  readonly context: string;
  readonly right: string;
  readonly wrong: readonly string[];
}

const makers = {
  facts: drawStatement,
  tales: drawTale,
  passages: drawPassageQuestion,
  reviews: drawReview,
  examples: drawExamples,
} satisfies Record<PublicTaskName, (world: World, rng: Random) => Drawn | null>;

function drawStatement(world: World, rng: Random): Drawn | null {
  const slots = drawFact(world, rng);
  const { subject, relation, value } = factOf(world, slots);
  const others = new Set(Array.from({ length: 12 }, () => otherValue(world, slots, rng)));
  if (others.size < 3) return null;
  const table = relationOf(relation);
  const way = rng.integer(table.predicates(value).length);
  const [right, ...wrong] = [value, ...[...others].slice(0, 3)].map(
    (one) => `${capitalize(subject.definite)} ${table.predicates(one)[way]}.`,
  );
  const shared = sharedStart([right, ...wrong]);
  return cutAt(shared, right, wrong);
}

function drawTale(world: World, rng: Random): Drawn | null {
  const tellOf = (who: World['people'][number], what: World['people'][number]) => {
    const sentences = story(world, rng, who, what, 4).split(/(?<=\.) /);
    return { context: sentences.slice(0, -1).join(' '), ending: sentences.at(-1) ?? '' };
  };
  const [who, ...others] = rng.sample(world.people, 4);
  const what = rng.pick(rng.chance(0.5) ? world.animals : world.objects);
  const { context, ending } = tellOf(who, what);
  // Other tales' endings are wrong only where they name somebody else.
  if (!ending.includes(who.name)) return null;
  if (others.some(({ name }) => context.includes(name))) return null;
  const wrong = others.map((other) => ending.replaceAll(who.name, other.name));
  return { context, right: ` ${ending}`, wrong: wrong.map((text) => ` ${text}`) };
}

function drawPassageQuestion(world: World, rng: Random): Drawn | null {
  const task = drawTask(world, rng, 'closed_qa', 'test');
  if (task.spec.constraint !== null) return null;
  return answered(task, `${task.ask(rng)}\nAnswer:`, rng);
}

function drawReview(world: World, rng: Random): Drawn {
  const thing = rng.pick(world.objects).name;
  const mood = rng.pick(['good', 'bad'] as const);
  const lines = rng.sample(reviewLines[mood], 3).join(' ').replaceAll('X', thing);
  const other = mood === 'good' ? 'bad' : 'good';
  return {
    context: `Review of the ${thing}\n${lines}\nThe review is`,
    right: ` ${mood}.`,
    wrong: [` ${other}.`],
  };
}

function drawExamples(world: World, rng: Random): Drawn | null {
  const category = rng.pick(['rewrite', 'classification', 'extract', 'open_qa'] as const);
  const task = drawTask(world, rng, category, 'test');
  const context = workedPrompt(world, rng, task, 2);
  return context === null ? null : answered(task, context, rng);
}

/** The task's right answer against up to three wrong ones of its kind. */
function answered(task: ReturnType<typeof drawTask>, context: string, rng: Random): Drawn | null {
  const right = task.answer(rng);
  const wrong = new Set(Array.from({ length: 12 }, () => task.wrong(rng)));
  wrong.delete(right);
  if (wrong.size === 0 || right.includes('\n')) return null;
  return { context, right: ` ${right}`, wrong: [...wrong].slice(0, 3).map((text) => ` ${text}`) };
}

/** The words with which all texts begin. */
function sharedStart([first, ...rest]: readonly string[]): string {
  let end = first.length;
  for (const text of rest) {
    let same = 0;
    while (same < end && text[same] === first[same]) same++;
    end = same;
  }
  return first.slice(0, first.lastIndexOf(' ', end - 1));
}

function cutAt(context: string, right: string, wrong: readonly string[]): Drawn | null {
  if (context === '') return null;
  return {
    context,
    right: right.slice(context.length),
    wrong: wrong.map((text) => text.slice(context.length)),
  };
}
