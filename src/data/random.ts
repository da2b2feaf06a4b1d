/**
 * A seeded pseudo-random generator whose whole state can be saved and restored, so that a resumed
 * run draws what an uninterrupted run would have drawn. The generator is xoshiro128** 1.1
 * (Blackman and Vigna, prng.di.unimi.it), seeded through splitmix32. Not for cryptography.
 */

/** The state of a {@link Random} as plain JSON: four 32-bit words, and a kept normal deviate. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  readonly spare: number | null;
}

/** A seeded stream of random numbers. Two with equal states draw equal numbers for ever. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;
  /** Box–Muller makes two normal deviates at once; the second waits here. */
  private spare: number | null = null;

  /** Any finite number, or any text, is a seed; a number's fraction and high bits count too. */
  constructor(seed: number | string) {
    if (typeof seed === 'number' && !Number.isFinite(seed)) {
      throw new Error(`Random: expected a finite seed, got ${String(seed)}`);
    }
    let mixed =
      typeof seed === 'number' && Number.isInteger(seed) ? fold(seed) : hash(String(seed));
    const next = (): number => {
      mixed = (mixed + 0x9e3779b9) | 0;
      let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return (word ^ (word >>> 15)) >>> 0;
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1; // never the all-zero state
  }

  /** A generator that goes on exactly where {@link save} was called. Throws on an invalid state. */
  static from(state: RandomState): Random {
    const random = new Random(0);
    random.restore(state);
    return random;
  }

  /** A whole number, uniform over 0 … 2³² − 1. */
  word(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A whole number, uniform over 0 … n − 1, without modulo bias. Throws unless 1 ≤ n ≤ 2³². */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 4294967296) {
      throw new Error(`integer: expected a whole number from 1 to 2^32, got ${String(n)}`);
    }
    const limit = 4294967296 - (4294967296 % n);
    let drawn = this.word();
    while (drawn >= limit) drawn = this.word();
    return drawn % n;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A standard normal deviate (Box–Muller). */
  normal(): number {
    if (this.spare !== null) {
      const kept = this.spare;
      this.spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A uniformly drawn item. Throws on an empty list. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('pick: expected at least one item, got none');
    return items[this.integer(items.length)];
  }

  /** An item drawn with probability proportional to its weight. Throws when no weight is positive. */
  weighted<T>(items: readonly T[], weights: readonly number[]): T {
    if (items.length !== weights.length) {
      throw new Error(
        `weighted: expected ${String(items.length)} weights, got ${String(weights.length)}`,
      );
    }
    let total = 0;
    for (const weight of weights) {
      if (!(weight >= 0)) throw new Error(`weighted: expected weights >= 0, got ${String(weight)}`);
      total += weight;
    }
    if (!(total > 0 && total < Infinity)) {
      throw new Error(`weighted: expected a positive sum of weights, got ${String(total)}`);
    }
    let left = this.uniform() * total;
    let last = 0;
    for (let index = 0; index < items.length; index++) {
      if (weights[index] === 0) continue;
      last = index;
      left -= weights[index];
      if (left < 0) break;
    }
    return items[last];
  }

  /** A new list with the same items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index--) {
      const other = this.integer(index + 1);
      const kept = result[index];
      result[index] = result[other];
      result[other] = kept;
    }
    return result;
  }

  /** `count` different items in random order. Throws when there are fewer. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (count > items.length) {
      throw new Error(`sample: expected at most ${String(items.length)}, got ${String(count)}`);
    }
    return this.shuffle(items).slice(0, count);
  }

  /** A new generator whose stream is unrelated to this one's; advances this one. */
  fork(): Random {
    const random = new Random(0);
    random.restore({
      words: [this.word(), this.word(), this.word(), (this.word() | 1) >>> 0],
      spare: null,
    });
    return random;
  }

  /** The whole state, for a checkpoint. */
  save(): RandomState {
    return {
      words: [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0],
      spare: this.spare,
    };
  }

  /** Goes on from a saved state. Throws on anything {@link save} cannot have made. */
  restore(state: RandomState): void {
    const words: readonly number[] = state.words;
    const valid = words.every((word) => Number.isInteger(word) && word >= 0 && word < 4294967296);
    if (words.length !== 4 || !valid || words.every((word) => word === 0)) {
      throw new Error(`restore: expected four 32-bit words, not all 0, got [${words.join(', ')}]`);
    }
    if (state.spare !== null && !Number.isFinite(state.spare)) {
      throw new Error(`restore: expected a finite spare or null, got ${String(state.spare)}`);
    }
    this.a = state.words[0] | 0;
    this.b = state.words[1] | 0;
    this.c = state.words[2] | 0;
    this.d = state.words[3] | 0;
    this.spare = state.spare;
  }
}

/** A 32-bit hash of a text (FNV-1a with a final mix), the same on every machine and in every run. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** A 32-bit number out of two that says nothing of either (the finaliser of MurmurHash3). */
export function mix(first: number, second: number): number {
  let value = (first ^ second) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Folds a whole number of any size into 32 bits. */
function fold(seed: number): number {
  return (seed | 0) ^ Math.imul(Math.floor(seed / 4294967296) | 0, 0x9e3779b9);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
