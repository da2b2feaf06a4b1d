import type { Program } from './program.ts';

/**
 * Programs by a key that tells their shapes apart, each compiled once; when there are more than
 * `capacity`, the one unused longest is disposed. Owns its programs.
 */
export class ProgramCache<P extends Pick<Program, 'dispose'> = Program> {
  readonly #capacity: number;
  /** In order of last use. */
  readonly #programs = new Map<string, Promise<P>>();
  #disposed = false;

  constructor(capacity = 8) {
    if (!(capacity >= 1)) throw new Error(`ProgramCache: expected a capacity, got ${capacity}`);
    this.#capacity = capacity;
  }

  /** How many programs are held. */
  get size(): number {
    return this.#programs.size;
  }

  /**
   * The program of this key, compiled if it is not there. The program stays the cache's: use it
   * at once and do not keep it. A failed compilation is not kept.
   */
  async get(key: string, compile: () => Promise<P>): Promise<P> {
    if (this.#disposed) throw new Error('ProgramCache: expected a live cache, got a disposed one');
    const known = this.#programs.get(key);
    const program = known ?? compile();
    this.#programs.delete(key);
    this.#programs.set(key, program);
    if (known === undefined) this.#evict();
    try {
      return await program;
    } catch (error) {
      if (this.#programs.get(key) === program) this.#programs.delete(key);
      throw error;
    }
  }

  /** Disposes all programs, those still compiling as soon as they are done. */
  dispose(): void {
    this.#disposed = true;
    for (const program of this.#programs.values()) disposeWhenCompiled(program);
    this.#programs.clear();
  }

  #evict(): void {
    for (const [key, program] of this.#programs) {
      if (this.#programs.size <= this.#capacity) return;
      this.#programs.delete(key);
      disposeWhenCompiled(program);
    }
  }
}

function disposeWhenCompiled(program: Promise<Pick<Program, 'dispose'>>): void {
  program.then(
    (compiled) => {
      compiled.dispose();
    },
    () => undefined, // Whoever asked for it was told; there is nothing to dispose.
  );
}
