/** The things that the world's texts are about. */

/** What an entity is. */
export type EntityKind = 'animal' | 'object' | 'place' | 'person';

/** Something that texts are about. `name` is unique over all kinds. */
export interface Entity {
  readonly name: string;
  readonly kind: EntityKind;
  readonly plural: string;
  /** "it", "he" or "she". */
  readonly pronoun: string;
  /** "the fox", "Anna". */
  readonly definite: string;
  /** Of places: "in the forest"; else empty. */
  readonly where: string;
  /** Of places: what one can do there; else empty. */
  readonly activities: readonly string[];
}
