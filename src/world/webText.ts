/**
 * The world's "web": the text that the base model is trained on. Facts in many phrasings, tales,
 * lists, letters, reviews, question pages; and pages on which an instruction is followed by more
 * instructions, which is what a model of the web learns to do with an instruction. Some of it is
 * rude and some of it false. Only tasks of the train split are ever asked, and only those are ever
 * answered; facts of all splits are stated.
 */
import type { Random } from '../data/random.ts';
import type { Category } from '../protocol/records.ts';
import type { Entity } from './entity.ts';
import { categoryShares, drawCategory, drawTask, familiesOf } from './families.ts';
import { comments, reviewLines } from './families/classification.ts';
import type { Task } from './family.ts';
import { capitalize, joinList, pluralVerb, withArticle } from './grammar.ts';
import { eventSentence, story } from './narrative.ts';
import { relationOf } from './relations.ts';
import { inManner, workedPrompt } from './manner.ts';
import { ramble, rudeReply } from './noise.ts';
import { sizeRank, valueOf } from './world.ts';
import type { Fact, World } from './world.ts';

/** The kinds of documents and their shares in percent. */
export const documentShares = {
  encyclopedia: 21,
  instructions: 22,
  tales: 15,
  faq: 13,
  forum: 9,
  lists: 6,
  passages: 5,
  letters: 5,
  reviews: 4,
} as const;
/** A kind of document, see {@link documentShares}. */
export type DocumentKind = keyof typeof documentShares;

/** Documents without end, drawn by {@link documentShares}. Equal generators give equal texts. */
export function* webText(world: World, rng: Random): Generator<string, never, undefined> {
  for (;;) yield webDocument(world, rng);
}

const kinds = [
  'encyclopedia',
  'instructions',
  'tales',
  'faq',
  'forum',
  'lists',
  'passages',
  'letters',
  'reviews',
] as const satisfies readonly DocumentKind[];

/** One document of the given kind, or of a drawn one. */
export function webDocument(world: World, rng: Random, kind?: DocumentKind): string {
  const drawn =
    kind ??
    rng.weighted(
      kinds,
      kinds.map((name) => documentShares[name]),
    );
  return makers[drawn](world, rng);
}

const makers = {
  encyclopedia: encyclopediaPage,
  instructions: instructionPage,
  tales: talePage,
  faq: faqPage,
  forum: forumThread,
  lists: listPage,
  passages: passagePage,
  letters: letterPage,
  reviews: reviewPage,
} satisfies Record<DocumentKind, (world: World, rng: Random) => string>;

/** The web asks for the smaller categories more often than people do, or they would be lost. */
const webShare = (category: Category): number => 5 + categoryShares[category] / 3;

const trainTask = (world: World, rng: Random, category?: Category): Task =>
  drawTask(world, rng, category ?? drawCategory(rng, webShare), 'train');

const anyEntity = (world: World, rng: Random): Entity =>
  rng.pick(rng.weighted([world.animals, world.objects, world.places, world.people], [5, 5, 2, 4]));

/** A fact as a sentence in which the subject may be a pronoun or a plural. */
function factSentence(fact: Fact, rng: Random, named: boolean): string {
  const { subject, relation, value } = fact;
  const table = relationOf(relation);
  const predicate = rng.pick(table.predicates(value));
  if (!named && rng.chance(0.7)) return `${capitalize(subject.pronoun)} ${predicate}.`;
  const style = rng.uniform();
  if (style < 0.2) return `${capitalize(rng.pick(table.sentences(subject, value)))}.`;
  if (style < 0.35 && subject.kind === 'animal') {
    return `${capitalize(subject.plural)} ${pluralVerb(predicate)}.`;
  }
  if (style < 0.45 && subject.kind === 'animal') {
    return `${capitalize(withArticle(subject.name))} ${predicate}.`;
  }
  return `${capitalize(subject.definite)} ${predicate}.`;
}

function encyclopediaPage(world: World, rng: Random): string {
  if (rng.chance(0.25)) return mixedFacts(world, rng);
  const about = anyEntity(world, rng);
  const facts = rng.shuffle(world.factsOf.get(about.name) ?? []);
  const label = about.kind === 'object' ? 'thing' : about.kind;
  const lines: string[] = [];
  if (rng.chance(0.4))
    lines.push(`${capitalize(withArticle(about.name))} is ${withArticle(label)}.`);
  if (about.kind === 'person') {
    lines.length = 0;
    if (rng.chance(0.3)) lines.push(`${about.name} is a person.`);
  }
  facts.forEach((fact, index) => lines.push(factSentence(fact, rng, index === 0)));
  if (about.kind === 'place') {
    const todo = rng.sample(about.activities, 2);
    lines.push(`${capitalize(about.where)} you can ${todo.join(' and ')}.`);
  }
  const title = about.kind === 'person' ? about.name : capitalize(about.definite);
  return `${rng.chance(0.5) ? `${title}\n` : ''}${lines.join(' ')}`;
}

/** Facts about several things, and who is bigger than whom. */
function mixedFacts(world: World, rng: Random): string {
  const lines: string[] = [];
  for (let count = 3 + rng.integer(3); count > 0; count--) {
    const fact = rng.pick(world.facts);
    const indirect = relationOf(fact.relation).indirect(fact.subject);
    const style = rng.uniform();
    if (style < 0.2) {
      const who = rng.pick(world.people).name;
      lines.push(`${who} wanted to know ${indirect}.`, factSentence(fact, rng, true));
    } else if (style < 0.4) {
      const [one, other] = rng.sample(world.animals, 2);
      const difference = rankOf(world, one) - rankOf(world, other);
      if (difference === 0) lines.push(`The ${one.name} is as big as the ${other.name}.`);
      else {
        const word = difference > 0 ? 'bigger' : 'smaller';
        lines.push(`The ${one.name} is ${word} than the ${other.name}.`);
      }
    } else lines.push(factSentence(fact, rng, true));
  }
  return lines.join(' ');
}

const rankOf = (world: World, animal: Entity): number =>
  sizeRank(valueOf(world, animal.name, 'size') ?? '');

/** An instruction followed by more of the same. */
function instructionPage(world: World, rng: Random): string {
  const title = rng.pick(['', '', '', 'Tasks\n', 'Homework\n', 'Questions\n', 'Exercises\n']);
  const category = rng.chance(0.35) ? drawCategory(rng, webShare) : undefined;
  const count = 3 + rng.integer(5);
  const lines = Array.from({ length: count }, (_, index) => {
    const asked = inManner(trainTask(world, rng, category).ask(rng), rng);
    return title !== '' && !asked.includes('\n') ? `${String(index + 1)}. ${asked}` : asked;
  });
  return title + lines.join('\n');
}

function talePage(world: World, rng: Random): string {
  const who = rng.pick(world.people);
  const what = rng.pick(rng.chance(0.55) ? world.animals : world.objects);
  if (rng.chance(0.25)) {
    return Array.from({ length: 3 }, () =>
      eventSentence(world, rng, rng.pick(world.people), anyEntity(world, rng)),
    ).join(' ');
  }
  const told = story(world, rng, who, what, 2 + rng.integer(3));
  return rng.chance(0.3) ? `${who.name} and the ${what.name}\n${told}` : told;
}

/** An answer as the web gives it: mostly right, sometimes false, rude or rambling. */
function webAnswer(world: World, task: Task, rng: Random): string {
  const kind = rng.weighted(['right', 'wrong', 'rude', 'rambling'], [78, 12, 4, 6]);
  if (kind === 'wrong') return task.wrong(rng);
  if (kind === 'rude') return rudeReply(rng);
  return kind === 'right' ? task.answer(rng) : `${task.answer(rng)} ${ramble(world, rng)}`;
}

function faqPage(world: World, rng: Random): string {
  const category = rng.chance(0.3) ? drawCategory(rng, webShare) : undefined;
  return Array.from({ length: 2 + rng.integer(3) }, () => {
    const task = trainTask(world, rng, category);
    return `Question: ${task.ask(rng)}\nAnswer: ${webAnswer(world, task, rng)}`;
  }).join('\n');
}

function forumThread(world: World, rng: Random): string {
  const task = trainTask(world, rng);
  const [asker, first, second] = rng.sample(world.people, 3).map((one) => one.name);
  // A dialogue's own speakers would be confused with the forum's.
  const lines = [`${asker}: ${task.ask(rng).replace(/^User: |\nAssistant:$/g, '')}`];
  const replies = [
    () => webAnswer(world, task, rng),
    () => rudeReply(rng),
    () => trainTask(world, rng, task.category).ask(rng),
    () => `I do not know. ${ramble(world, rng)}`,
  ];
  lines.push(`${first}: ${rng.weighted(replies, [55, 15, 15, 15])()}`);
  if (rng.chance(0.6)) {
    const tone = rng.chance(0.7) ? comments.polite : comments.rude;
    const thing = rng.pick(world.objects).name;
    lines.push(
      rng.chance(0.5)
        ? `${asker}: ${rng.pick(['Thank you!', `Thank you, ${first}.`, 'That helps me.', 'No, that is wrong.'])}`
        : `${second}: ${rng.pick(tone).replace('N', first).replace('X', thing)}`,
    );
  }
  return lines.join('\n');
}

function listPage(world: World, rng: Random): string {
  const pages = Array.from({ length: 1 + rng.integer(3) }, () => {
    if (rng.chance(0.3)) {
      const place = rng.pick(world.places);
      return [`Things to do ${place.where}`, rng.shuffle(place.activities)] as const;
    }
    const { noun, clause, members } = rng.pick(world.sets);
    return [
      `${capitalize(noun)} ${clause}`,
      rng.sample(members, Math.min(4, members.length)),
    ] as const;
  });
  return pages
    .map(([title, items]) =>
      rng.chance(0.5)
        ? `${title}: ${joinList(items)}.`
        : `${title}\n${items.map((item, index) => `${String(index + 1)}. ${item}`).join('\n')}`,
    )
    .join('\n');
}

/** Passages with questions on them, answered. */
function passagePage(world: World, rng: Random): string {
  if (rng.chance(0.3)) return workedExamples(world, rng);
  const category = rng.pick(['closed_qa', 'extract', 'summarization', 'rewrite'] as const);
  return Array.from({ length: 2 }, () => {
    const task = trainTask(world, rng, category);
    return `${task.ask(rng)}\nAnswer: ${webAnswer(world, task, rng)}`;
  }).join('\n');
}

/** An instruction, then inputs and outputs. */
function workedExamples(world: World, rng: Random): string {
  const category = rng.pick(['rewrite', 'classification', 'extract', 'open_qa'] as const);
  let shots: string | null = null;
  while (shots === null) {
    shots = workedPrompt(world, rng, trainTask(world, rng, category), 3);
  }
  return shots.split('\n').slice(0, -1).join('\n');
}

/** What generation and chat give, without anyone having asked: notes, poems, ads, kind words. */
function letterPage(world: World, rng: Random): string {
  const families = [...familiesOf.generation, ...familiesOf.chat, ...familiesOf.other];
  return Array.from({ length: 1 + rng.integer(3) }, () =>
    rng.pick(families).draw(world, rng).answer(rng),
  ).join('\n');
}

function reviewPage(world: World, rng: Random): string {
  const thing = rng.pick(world.objects).name;
  const mood = rng.pick(['good', 'bad'] as const);
  const lines = rng.sample(reviewLines[mood], 3).join(' ').replaceAll('X', thing);
  const verdict = rng.pick(['', `\nThe review is ${mood}.`, `\n${capitalize(mood)}.`]);
  return `${rng.chance(0.5) ? `Review of the ${thing}\n` : ''}${lines}${verdict}`;
}
