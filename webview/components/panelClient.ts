/** The webview's end of a panel's contract: requests with answers, events without gaps. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { InstructError, type ErrorData } from '../../src/protocol/errors.ts';
import {
  toWebviewSchema,
  type PanelContract,
  type PanelEvent,
  type Params,
  type PanelRequest,
  type Result,
} from '../../src/protocol/panels.ts';

/** What carries messages to the host. */
export interface PanelTransport {
  postMessage(message: PanelRequest): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** How long an answer may take before the request fails. A slow disk is slower than a dead host. */
const answerTimeoutMs = 20_000;

/** Sends requests and hands out events. What does not fit the contract is an error of the host. */
export class PanelClient<C extends PanelContract> {
  readonly #contract: C;
  readonly #transport: PanelTransport;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #sequence = 0;
  /** Called for each event in order. */
  onEvent: (event: PanelEvent<C>) => void = () => undefined;
  /** Called when an event was missed: only a snapshot helps. */
  onGap: () => void = () => undefined;

  constructor(contract: C, transport: PanelTransport) {
    this.#contract = contract;
    this.#transport = transport;
  }

  /**
   * Asks the host. Rejects with an `InstructError` when the host's handler failed, when the
   * answer does not fit the contract, or when none comes.
   */
  async request<M extends keyof C['methods'] & string>(
    method: M,
    params: Params<C, M>,
  ): Promise<Result<C, M>> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => {
      reject(new InstructError(noAnswer));
    }, answerTimeoutMs);
    try {
      this.#transport.postMessage({ id, method, params });
      const schema: C['methods'][M]['result'] = this.#contract.methods[method].result;
      return z.parse(schema, await promise);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** The snapshot that was just shown contains every event up to this one. */
  startFrom(sequence: number): void {
    this.#sequence = sequence;
  }

  /** Takes one message of the host. */
  receive(data: unknown): void {
    const message = toWebviewSchema.parse(data);
    switch (message.type) {
      case 'reply':
        this.#waiting.get(message.id)?.resolve(message.result);
        break;
      case 'failure':
        this.#waiting.get(message.id)?.reject(new InstructError(message.error));
        break;
      case 'event': {
        if (message.sequence <= this.#sequence) return; // the snapshot contains it
        if (message.sequence > this.#sequence + 1) {
          this.#sequence = message.sequence;
          this.onGap();
          return;
        }
        this.#sequence = message.sequence;
        const schema: C['event'] = this.#contract.event;
        this.onEvent(z.parse(schema, message.event));
      }
    }
  }
}

const noAnswer: ErrorData = {
  code: 'interrupted',
  message: l10n.t('The extension has not answered.'),
  remedy: l10n.t('Try again; if it stays, run “Developer: Reload Window”. Your work here is kept.'),
};
