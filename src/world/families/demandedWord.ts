/** What the families of generation share: the thing spoken of, and words that must be used. */
import type { Random } from '../../data/random.ts';
import type { Entity } from '../entity.ts';
import type { Constraint } from '../family.ts';
import { demandedWords, phraseFor } from '../narrative.ts';
import { hasPhrase } from '../reading.ts';
import type { Reading } from '../reading.ts';

/** Whether the text speaks of the entity, in the singular or plural. */
export function mentions(entity: Entity, reading: Reading): boolean {
  return hasPhrase(reading.words, entity.name) || hasPhrase(reading.words, entity.plural);
}

/** A demand for a word, with the given probability. */
export function useWord(rng: Random, probability: number): Constraint | null {
  return rng.chance(probability) ? { kind: 'use_word', word: rng.pick(demandedWords) } : null;
}

/** The phrase that brings the demanded word in; empty where no word is demanded. */
export function phraseOf(constraint: Constraint | null): string {
  return constraint?.kind === 'use_word' ? phraseFor(constraint.word) : '';
}
