/** Generation: stories, poems, notes. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import { withArticle } from '../grammar.ts';
import { narrativeVerbs, story } from '../narrative.ts';
import { hasPhrase } from '../reading.ts';
import { entityOf } from '../world.ts';
import { mentions, phraseOf, useWord } from './demandedWord.ts';

const name = z.string();

const tale = defineFamily({
  name: 'story',
  category: 'generation',
  weight: 4,
  slots: z.object({ who: name, what: name }),
  draw: (world, rng) => ({
    who: rng.pick(world.people).name,
    what: rng.pick(rng.chance(0.6) ? world.animals : world.objects).name,
  }),
  key: (slots) => `story:${slots.who}:${slots.what}`,
  phrasings: (slots) => {
    const pair = `${slots.who} and ${withArticle(slots.what)}`;
    return [
      `Write a short story about ${pair}.`,
      `Write a story about ${pair}.`,
      `Tell me a story about ${pair}.`,
      `Tell a very short story about ${pair}.`,
      `Can you write a short story about ${pair}?`,
      `I want to read a short story about ${pair}.`,
    ];
  },
  constraint: (_slots, _world, rng) =>
    rng.chance(0.35) ? { kind: 'sentences', count: 2 + rng.integer(2) } : useWord(rng, 0.3),
  answer: (slots, world, rng, constraint) => {
    const count = constraint?.kind === 'sentences' ? constraint.count : 2 + rng.integer(2);
    const who = entityOf(world, slots.who);
    return story(world, rng, who, entityOf(world, slots.what), count, phraseOf(constraint));
  },
  wrong: (slots, world, rng) => {
    const what = rng.pick([...world.animals, ...world.objects]);
    const who = rng.chance(0.5) ? entityOf(world, slots.who) : rng.pick(world.people);
    return story(world, rng, who, what, 2);
  },
  grade: (slots, world, reading) => {
    const who = mentions(entityOf(world, slots.who), reading);
    const what = mentions(entityOf(world, slots.what), reading);
    const told = reading.words.filter((word) => narrativeVerbs.has(word)).length;
    const enough = Math.min(1, told / 2) * (reading.sentences.length >= 2 ? 1 : 0.6);
    const subjects = 0.1 + (who ? 0.45 : 0) + (what ? 0.45 : 0);
    return { task: subjects * (0.25 + 0.75 * enough), falsehoods: 0 };
  },
  maxWords: () => 45,
  maxSentences: 4,
});

/** Pairs of line ends that rhyme, each with its two lines; `X` is the thing. */
const rhymes: readonly (readonly [string, string, string, string])[] = [
  ['day', 'play', 'I see the X every day,', 'we sing and laugh and play.'],
  ['sun', 'fun', 'I see the X in the sun,', 'and we have a lot of fun.'],
  ['tree', 'me', 'The X is near the tree,', 'it is a good friend to me.'],
  ['night', 'light', 'I love the X at night,', 'it sits in the soft light.'],
  ['blue', 'you', 'The sky above is blue,', 'dear X, I think of you.'],
  ['high', 'sky', 'The hills are very high,', 'the X is under the sky.'],
  ['sea', 'free', 'The X came from the sea,', 'and now it is happy and free.'],
  ['rain', 'again', 'I saw the X in the rain,', 'and I want to see it again.'],
];

const poem = defineFamily({
  name: 'poem',
  category: 'generation',
  weight: 2,
  slots: z.object({ about: name }),
  draw: (world, rng) => ({
    about: rng.pick(rng.pick([world.animals, world.objects, world.places])).name,
  }),
  key: (slots) => `poem:${slots.about}`,
  phrasings: (slots) => [
    `Write a poem about the ${slots.about}.`,
    `Write a short poem about the ${slots.about}.`,
    `Write two lines that rhyme about the ${slots.about}.`,
    `Make a little poem about the ${slots.about}.`,
    `Can you write me a poem about the ${slots.about}?`,
  ],
  answer: (slots, _world, rng) => {
    const [, , first, second] = rng.pick(rhymes);
    return `${first}\n${second}`.replaceAll('X', slots.about);
  },
  wrong: (slots, _world, rng) => {
    const [one, other] = rng.sample(rhymes, 2);
    return `${one[2]}\n${other[3]}`.replaceAll('X', slots.about);
  },
  grade: (slots, world, reading) => {
    const about = mentions(entityOf(world, slots.about), reading);
    const ends = reading.lines.map(
      (line) => /([a-z]+)[^a-z]*$/.exec(line.toLowerCase())?.[1] ?? '',
    );
    const rhymed = rhymes.some(([one, other]) => ends.includes(one) && ends.includes(other));
    const long = reading.words.length >= 8 && reading.lines.length >= 2;
    const task = (about ? 0.4 : 0.1) + (rhymed ? 0.4 : 0) + (long ? 0.2 : 0);
    return { task, falsehoods: 0 };
  },
  maxWords: () => 28,
  maxSentences: 4,
});

const note = defineFamily({
  name: 'note',
  category: 'generation',
  weight: 3,
  slots: z.object({ to: name, purpose: z.enum(['ask', 'thank', 'invite']), thing: name }),
  draw: (world, rng) => {
    const purpose = rng.pick(['ask', 'thank', 'invite'] as const);
    const thing = rng.pick(purpose === 'invite' ? world.places : world.objects).name;
    return { to: rng.pick(world.people).name, purpose, thing };
  },
  key: (slots) => `note:${slots.to}:${slots.purpose}:${slots.thing}`,
  phrasings: ({ to, purpose, thing }) => {
    const wish = {
      ask: [`and ask for the ${thing}`, `to ask for the ${thing}`],
      thank: [`and say thank you for the ${thing}`, `in which I say thank you for the ${thing}`],
      invite: [`and invite ${to} to the ${thing}`, `with an invitation to the ${thing}`],
    }[purpose];
    return wish.flatMap((text) => [
      `Write a note to ${to} ${text}.`,
      `Write a short letter to ${to} ${text}.`,
      `Help me write a message to ${to} ${text}.`,
    ]);
  },
  answer: ({ to, purpose, thing }, world, rng) => {
    const { where } = entityOf(world, thing);
    const body = {
      ask: [
        `please bring me the ${thing}. I need it today.`,
        `can you please give me the ${thing}? Thank you very much.`,
        `I need the ${thing}. Please bring it to me.`,
      ],
      thank: [
        `thank you for the ${thing}. I like it very much.`,
        `thank you so much for the ${thing}. It is very nice.`,
      ],
      invite: [
        `please come to the ${thing} on ${rng.pick(['Sunday', 'Friday', 'Monday'])}. I hope to see you there.`,
        `I want to meet you ${where}. Please come on ${rng.pick(['Sunday', 'Friday', 'Monday'])}.`,
      ],
    }[purpose];
    const signed = rng.chance(0.4) ? ` Your friend ${rng.pick(world.people).name}` : '';
    return `Dear ${to}, ${rng.pick(body)}${signed}`;
  },
  wrong: ({ to, thing }, world, rng) => {
    const other = rng.pick(world.objects.filter((one) => one.name !== thing)).name;
    const someone = rng.pick(world.people.filter((one) => one.name !== to)).name;
    return rng.pick([
      `Dear ${someone}, thank you for the ${thing}. I like it very much.`,
      `Dear ${to}, thank you for the ${other}. It is very nice.`,
      `Dear ${to}, please bring me the ${other}. I need it today.`,
    ]);
  },
  grade: ({ to, purpose, thing }, _world, reading) => {
    const words = reading.words;
    const greeted = hasPhrase(words, `dear ${to}`) || hasPhrase(words, `hello ${to}`);
    const named = greeted || hasPhrase(words, to);
    const about = hasPhrase(words, thing);
    const wanted = {
      ask: hasPhrase(words, 'please') || hasPhrase(words, 'can you') || hasPhrase(words, 'i need'),
      thank: hasPhrase(words, 'thank you') || hasPhrase(words, 'thanks'),
      invite: ['come', 'meet', 'invite'].some((word) => words.includes(word)),
    }[purpose];
    // A note of thanks that does not ask, and the other way round, is still a note.
    const misread = purpose === 'ask' && hasPhrase(words, 'thank you for') ? 0.5 : wanted ? 1 : 0.3;
    const subject = (greeted ? 0.3 : named ? 0.15 : 0) + (about ? 0.5 : 0) + (wanted ? 0.2 : 0);
    return { task: words.length < 5 ? 0.2 * subject : subject * misread, falsehoods: 0 };
  },
  maxWords: () => 24,
  maxSentences: 3,
});

/** The families that tell or address someone. */
export const tellings = [tale, poem, note];
