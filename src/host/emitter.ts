import type { Disposable } from './disposables.ts';

/** Subscribes to something that happens; the listener is called until the result is disposed. */
export type Listen<T> = (listener: (value: T) => void) => Disposable;

/**
 * The editor's `EventEmitter` for code that knows no editor. A listener that throws does not keep
 * the others from hearing; what it threw goes to `onError`.
 */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();
  private readonly onError: (thrown: unknown) => void;

  constructor(onError: (thrown: unknown) => void) {
    this.onError = onError;
  }

  readonly event: Listen<T> = (listener) => {
    const own = (value: T) => listener(value);
    this.listeners.add(own);
    return { dispose: () => this.listeners.delete(own) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (thrown) {
        this.onError(thrown);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
