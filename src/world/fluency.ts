/**
 * How much a text reads like the world's language: the share of its neighbouring words that also
 * stand next to each other in right answers and pages of the world. Names, animals, colours and
 * the like count as one word each kind, so that a right sentence about a rare pair is no surprise.
 */
import { Random } from '../data/random.ts';
import { categories } from '../protocol/records.ts';
import { familiesOf } from './families.ts';
import { passageItems } from './families/passages.ts';
import type { Family } from './family.ts';
import { days, numberWords, petNames } from './facts.ts';
import { readText } from './reading.ts';
import type { Reading } from './reading.ts';
import { webDocument } from './webText.ts';
import type { World } from './world.ts';

/** The word pairs of a language. */
export class Fluency {
  private readonly classes = new Map<string, string>();
  private readonly words = new Set<string>();
  private readonly pairs = new Set<string>();
  private readonly triples = new Set<string>();

  /** Reads the world's pages and right answers; the same for every run. */
  constructor(world: World) {
    this.nameClasses(world);
    const rng = new Random('fluency');
    for (const kind of ['encyclopedia', 'tales', 'lists', 'letters', 'reviews'] as const) {
      for (let count = 0; count < 700; count++) this.learn(webDocument(world, rng, kind));
    }
    for (const category of categories) {
      const families: readonly Family[] = familiesOf[category];
      for (const family of families) {
        for (let count = 0; count < 250; count++) this.learn(family.draw(world, rng).answer(rng));
      }
    }
  }

  /** From 0 (a salad of words) to 1 (every pair and triple is known); 0 for an empty text. */
  of(reading: Reading): number {
    let known = 0;
    let all = 0;
    for (const { words } of reading.sentences) {
      const marked = this.mark(words);
      for (let index = 1; index < marked.length; index++) {
        const pair = `${marked[index - 1]} ${marked[index]}`;
        const paired = this.pairs.has(pair);
        const triple = index < 2 || this.triples.has(`${marked[index - 2]} ${pair}`);
        known += paired ? (triple ? 1 : 0.6) : 0;
        all++;
      }
    }
    // Two or three words have no order to judge: that they are words is enough.
    const short = reading.words.length <= 3 && reading.words.every((word) => this.words.has(word));
    return all === 0 ? 0 : short ? 1 : known / all;
  }

  private learn(text: string): void {
    for (const { words } of readText(text).sentences) {
      for (const word of words) this.words.add(word);
      const marked = this.mark(words);
      for (let index = 1; index < marked.length; index++) {
        const pair = `${marked[index - 1]} ${marked[index]}`;
        this.pairs.add(pair);
        if (index >= 2) this.triples.add(`${marked[index - 2]} ${pair}`);
      }
    }
  }

  /** The words with their classes, and marks for the sentence's start and end. */
  private mark(words: readonly string[]): string[] {
    return ['^', ...words.map((word) => this.classes.get(word) ?? word), '$'];
  }

  private nameClasses(world: World): void {
    for (const entity of world.entities.values()) {
      this.classes.set(entity.name.toLowerCase(), `<${entity.kind}>`);
      if (entity.kind !== 'person') this.classes.set(entity.plural, `<${entity.kind}s>`);
    }
    const kinds = ['colour', 'size', 'food', 'material', 'job', 'dish', 'sound', 'room'] as const;
    for (const relation of kinds) {
      const label = relation === 'dish' ? 'food' : relation;
      for (const value of world.domains.get(relation) ?? []) {
        if (!this.classes.has(value)) this.classes.set(value, `<${label}>`);
      }
    }
    for (const word of numberWords) this.classes.set(word, '<number>');
    for (const word of petNames) this.classes.set(word.toLowerCase(), '<pet name>');
    for (const word of days) this.classes.set(word.toLowerCase(), '<day>');
    for (const word of passageItems) this.classes.set(word, '<item>');
  }
}
