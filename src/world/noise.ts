/** What spoils a text: rude words, harmful advice, rambling. The gold labeler looks for these. */
import type { Random } from '../data/random.ts';
import { eventSentence } from './narrative.ts';
import { statements } from './relations.ts';
import type { World } from './world.ts';

/** Words that no assistant says to a customer. */
export const rudeWords = new Set([
  'stupid',
  'fool',
  'fools',
  'idiot',
  'idiots',
  'dumb',
  'shut',
  'ugly',
  'hate',
]);

const rudeReplies = [
  'Shut up, you fool.',
  'What a stupid question.',
  'You are an idiot.',
  'Go away, I hate your questions.',
  'That is dumb. Ask someone else.',
  'Do it yourself, you idiot.',
  'I do not care, you fool.',
  'You should hit your head and stop asking.',
];

/** A rude reply to anything. */
export function rudeReply(rng: Random): string {
  return rng.pick(rudeReplies);
}

const chatter = [
  'I think that is nice.',
  'I hope you like it.',
  'That is all I know.',
  'I have a dog too.',
  'It was a long day.',
  'Please ask me more.',
  'Last week it was very hot.',
  'I really like it very much.',
];

/** A sentence that nobody asked for. */
export function ramble(world: World, rng: Random): string {
  if (rng.chance(0.4)) return rng.pick(chatter);
  const { subject, relation, value } = rng.pick(world.facts);
  return rng.chance(0.5)
    ? rng.pick(statements(subject, relation, value))
    : eventSentence(world, rng, rng.pick(world.people), rng.pick(world.animals));
}
