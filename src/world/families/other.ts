/** Other: saying a word several times, counting, sorting by size. */
import * as z from 'zod';
import { numberWords } from '../facts.ts';
import { defineFamily } from '../family.ts';
import { capitalize, joinList } from '../grammar.ts';
import { hasPhrase, wordsOf } from '../reading.ts';
import { valueOf, sizeRank } from '../world.ts';
import type { World } from '../world.ts';

const repeat = defineFamily({
  name: 'repeat',
  category: 'other',
  weight: 2,
  slots: z.object({ word: z.string(), count: z.int().min(2).max(4) }),
  draw: (world, rng) => ({
    word: rng.pick(rng.pick([world.animals, world.objects, world.places])).name,
    count: 2 + rng.integer(3),
  }),
  key: (slots) => `repeat:${slots.word}`,
  phrasings: ({ word, count }) => {
    const times = count === 2 ? ['two times', 'twice'] : [`${numberWords[count]} times`];
    return times.flatMap((often) => [
      `Say the word ${word} ${often}.`,
      `Write the word ${word} ${often}.`,
      `Repeat the word ${word} ${often}.`,
      `Can you say ${word} ${often}?`,
    ]);
  },
  answer: ({ word, count }, _world, rng) => {
    const words = new Array<string>(count).fill(word);
    return capitalize(rng.chance(0.5) ? `${words.join(' ')}.` : `${words.join(', ')}.`);
  },
  wrong: ({ word, count }) => capitalize(`${new Array<string>(count - 1).fill(word).join(' ')}.`),
  grade: ({ word, count }, _world, reading) => {
    const said = reading.words.filter((one) => one === word).length;
    const other = reading.words.length - said;
    const close = Math.max(0, 1 - 0.4 * Math.abs(said - count));
    return { task: said === 0 ? 0 : Math.max(0.1, close - 0.1 * other), falsehoods: 0 };
  },
  maxWords: ({ count }) => count + 2,
});

const counting = defineFamily({
  name: 'count',
  category: 'other',
  weight: 1,
  slots: z.object({ from: z.int().min(0).max(10), to: z.int().min(0).max(10) }),
  draw: (_world, rng) => {
    const from = rng.integer(7);
    const steps = 2 + rng.integer(Math.min(4, 9 - from));
    return rng.chance(0.3) ? { from: from + steps, to: from } : { from, to: from + steps };
  },
  key: (slots) => `count:${String(slots.from)}:${String(slots.to)}`,
  phrasings: ({ from, to }) => [
    `Count from ${numberWords[from]} to ${numberWords[to]}.`,
    `Write the numbers from ${numberWords[from]} to ${numberWords[to]}.`,
    `Can you count from ${numberWords[from]} to ${numberWords[to]}?`,
    `Please count from ${numberWords[from]} to ${numberWords[to]}.`,
  ],
  answer: (slots) => `${capitalize(rangeOf(slots).join(', '))}.`,
  wrong: (slots) => `${capitalize(rangeOf(slots).slice(0, -1).join(', '))}.`,
  grade: (slots, _world, reading) => {
    const wanted = rangeOf(slots);
    const given = reading.words.filter((word) => numberWords.includes(word));
    if (given.join() === wanted.join()) return { task: 1, falsehoods: 0 };
    let right = 0;
    while (right < given.length && given[right] === wanted[right]) right++;
    const surplus = Math.max(0, given.length - right);
    const task = 0.8 * (right / wanted.length) - 0.1 * surplus;
    return { task: Math.max(given.length > 0 ? 0.05 : 0, task), falsehoods: 0 };
  },
  maxWords: () => 9,
});

function rangeOf({ from, to }: { from: number; to: number }): string[] {
  const up = numberWords.slice(Math.min(from, to), Math.max(from, to) + 1);
  return from <= to ? up : up.reverse();
}

const sorting = defineFamily({
  name: 'sort_by_size',
  category: 'other',
  weight: 2,
  slots: z.object({ animals: z.array(z.string()).length(3) }),
  draw: (world, rng) => {
    const picked = rng
      .sample(['tiny', 'small', 'big', 'huge'], 3)
      .map((size) =>
        rng.pick(world.animals.filter((one) => valueOf(world, one.name, 'size') === size)),
      );
    return { animals: picked.map((one) => one.name) };
  },
  key: (slots) => `sort:${[...slots.animals].sort().join(':')}`,
  phrasings: ({ animals }) => {
    const list = joinList(animals);
    return [
      `Sort from small to big: ${animals.join(', ')}.`,
      `Sort these animals from small to big: ${list}.`,
      `Put these in order from small to big: ${animals.join(', ')}.`,
      `Which is the right order from small to big: ${list}?`,
    ];
  },
  answer: ({ animals }, world, rng) => {
    const sorted = bySize(animals, world);
    return `${capitalize(rng.chance(0.7) ? sorted.join(', ') : joinList(sorted))}.`;
  },
  wrong: ({ animals }, world) => {
    const [first, second, third] = bySize(animals, world);
    return `${capitalize([second, first, third].join(', '))}.`;
  },
  grade: ({ animals }, world, reading) => {
    const sorted = bySize(animals, world);
    const given = reading.words.filter((word) => sorted.includes(word));
    const extra = world.animals.filter(
      (one) => !sorted.includes(one.name) && hasPhrase(reading.words, one.name),
    ).length;
    const all = new Set(given).size === 3 && given.length === 3;
    let ordered = 0;
    for (let index = 1; index < given.length; index++) {
      if (sorted.indexOf(given[index]) > sorted.indexOf(given[index - 1])) ordered++;
    }
    const task = all ? 0.3 + 0.35 * ordered : 0.12 * new Set(given).size;
    return { task: Math.max(0, task - 0.2 * extra), falsehoods: 0 };
  },
  maxWords: () => 9,
});

function bySize(animals: readonly string[], world: World): string[] {
  const rank = (name: string): number => sizeRank(valueOf(world, name, 'size') ?? '');
  return animals.flatMap(wordsOf).sort((one, other) => rank(one) - rank(other));
}

/** All families of other tasks. */
export const other = [repeat, counting, sorting];
