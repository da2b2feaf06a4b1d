/** The host's end of a panel's contract: answers every request, numbers every event. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { InstructError, toErrorData } from '../protocol/errors.ts';
import {
  requestSchema,
  type PanelContract,
  type PanelEvent,
  type Params,
  type Result,
  type ToWebview,
} from '../protocol/panels.ts';

/** One handler a method. What it throws reaches the webview as an error. */
export type PanelHandlers<C extends PanelContract> = {
  readonly [M in keyof C['methods']]: (params: Params<C, M>) => Promise<Result<C, M>>;
};

/**
 * Serves one webview. A message that is no request of the contract is answered with a failure
 * where it has an id, and reported; it never throws.
 */
export class PanelServer<C extends PanelContract> {
  private readonly contract: C;
  private readonly handlers: PanelHandlers<C>;
  private readonly post: (message: ToWebview) => void;
  private readonly report: (thrown: unknown) => void;
  private latest = 0;

  /**
   * @param post sends a message; may drop it when the webview is hidden
   * @param report gets what went wrong, for the log
   */
  constructor(
    contract: C,
    handlers: PanelHandlers<C>,
    post: (message: ToWebview) => void,
    report: (thrown: unknown) => void,
  ) {
    this.contract = contract;
    this.handlers = handlers;
    this.post = post;
    this.report = report;
  }

  /** Number of the event that was sent last; 0 before the first. */
  get sequence(): number {
    return this.latest;
  }

  /** Tells the webview something unasked. */
  send(event: PanelEvent<C>): void {
    this.latest++;
    this.post({ type: 'event', sequence: this.latest, event });
  }

  /** Takes one message of the webview; resolves when its answer is sent. */
  async receive(message: unknown): Promise<void> {
    const request = requestSchema.safeParse(message);
    if (!request.success) {
      this.report(new Error(`PanelServer.receive: expected a request, got ${typeof message}`));
      return;
    }
    const { id, method, params } = request.data;
    try {
      if (!this.isMethod(method)) throw badRequest(l10n.t`there is no method ${String(method)}`);
      this.post({ type: 'reply', id, result: await this.answer(method, params) });
    } catch (thrown) {
      this.report(thrown);
      this.post({ type: 'failure', id, error: toErrorData(thrown) });
    }
  }

  private async answer(method: keyof C['methods'] & string, params: unknown): Promise<unknown> {
    const schema: C['methods'][typeof method]['params'] = this.contract.methods[method].params;
    const parsed = z.safeParse(schema, params);
    if (!parsed.success) throw badRequest(parsed.error.issues.map((i) => i.message).join('; '));
    return this.handlers[method](parsed.data);
  }

  private isMethod(name: string): name is keyof C['methods'] & string {
    return Object.hasOwn(this.contract.methods, name);
  }
}

function badRequest(what: string): InstructError {
  return new InstructError({
    code: 'internal',
    message: l10n.t`A panel sent a request that the extension does not understand: ${what}.`,
    remedy: l10n.t(
      'Close the panel and open it again; if it stays, please report it with the log.',
    ),
  });
}
