/** Anything with an end. `vscode.Disposable` is one. */
export interface Disposable {
  dispose(): unknown;
}

/**
 * Owns disposables and disposes them in the reverse order of their arrival. A store that is
 * already disposed disposes at once what is added late, so that nothing outlives its owner.
 */
export class Disposables implements Disposable {
  private items: Disposable[] = [];
  private ended = false;

  get isDisposed(): boolean {
    return this.ended;
  }

  /** Takes ownership and hands the item back, so that it can be registered where it is made. */
  add<T extends Disposable>(item: T): T {
    if (this.ended) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.ended = true;
    const items = this.items.reverse();
    this.items = [];
    for (const item of items) item.dispose();
  }
}
