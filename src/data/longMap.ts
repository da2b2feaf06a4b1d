/** A map for hundreds of thousands of keys that grows without a pause. */

/**
 * V8 moves a whole `Map` each time it doubles, 25 ms at half a million keys and 70 ms at a million;
 * one of 2^18 keys takes 5 ms.
 */
const keysPerPart = 2 ** 18;

/** A `Map` from strings, in parts that are never large; keys come in the order of their setting. */
export class LongMap<V extends object | number> {
  private readonly parts = [new Map<string, V>()];
  private readonly limit: number;

  /** `limit`: how many keys a part may have. */
  constructor(limit = keysPerPart) {
    this.limit = limit;
  }

  /** How many keys there are. */
  get size(): number {
    let size = 0;
    for (const part of this.parts) size += part.size;
    return size;
  }

  get(key: string): V | undefined {
    for (const part of this.parts) {
      const value = part.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): void {
    let part = this.parts[0];
    if (this.parts.length > 1 || part.size >= this.limit) part = this.partFor(key);
    part.set(key, value);
  }

  /** True when the key was there. */
  delete(key: string): boolean {
    return this.parts.some((part) => part.delete(key));
  }

  *keys(): Generator<string, void, undefined> {
    for (const part of this.parts) yield* part.keys();
  }

  *values(): Generator<V, void, undefined> {
    for (const part of this.parts) yield* part.values();
  }

  *[Symbol.iterator](): Generator<[string, V], void, undefined> {
    for (const part of this.parts) yield* part;
  }

  private partFor(key: string): Map<string, V> {
    const own = this.parts.find((part) => part.has(key));
    if (own !== undefined) return own;
    const last = this.parts[this.parts.length - 1];
    if (last.size < this.limit) return last;
    const next = new Map<string, V>();
    this.parts.push(next);
    return next;
  }
}
