/** A kept model asked about texts that stand already, in as few passes as there can be. */
import type { LanguageModel } from '../../ml/models/index.ts';
import { LogprobPass, type TokenSequence } from '../../ml/rlhf/index.ts';

interface Waiting {
  readonly sequence: TokenSequence;
  readonly resolve: (logprob: number) => void;
  readonly reject: (thrown: unknown) => void;
}

const rows = 16;

/** Asks one model. Owns its programs until disposed. */
export class TeacherForced {
  readonly #model: LanguageModel;
  readonly #pass: LogprobPass;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.#pass = new LogprobPass(model.config, 1);
  }

  /**
   * The log-probability of a completion after its prompt, summed over its tokens, in nats, at
   * temperature 1. What is asked while a pass is under way goes together into the next one. The
   * sequence must fit the model's context.
   */
  logprob(sequence: TokenSequence): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sequence, resolve, reject });
      void this.#work();
    });
  }

  /** Never rejects: what goes wrong goes to those who asked. */
  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting;
      this.#waiting = [];
      const sequences = asked.map(({ sequence }) => sequence);
      try {
        const { parameters } = this.#model;
        const found = await this.#pass.run(parameters, sequences, 'completion', rows);
        for (const [i, { resolve }] of asked.entries()) {
          resolve(found[i].reduce((sum, logprob) => sum + logprob, 0));
        }
      } catch (thrown) {
        for (const { reject } of asked) reject(thrown);
      }
    }
    this.#busy = false;
  }

  /** Frees the programs. */
  dispose(): void {
    this.#pass.dispose();
  }
}
