/** Work that a notification can cancel. */
import * as vscode from 'vscode';

/**
 * Shows that work is done, until it is. `report` replaces the words after the title. Cancelling
 * aborts the signal, and what the work then throws becomes `vscode.CancellationError`.
 */
export function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  const done = vscode.window.withProgress(
    { location, title, cancellable: true },
    async (progress, cancelled) => {
      const aborting = new AbortController();
      const listening = cancelled.onCancellationRequested(() => aborting.abort());
      try {
        return await work(aborting.signal, (message) => progress.report({ message }));
      } catch (thrown) {
        if (aborting.signal.aborted) throw new vscode.CancellationError();
        throw thrown;
      } finally {
        listening.dispose();
      }
    },
  );
  return Promise.resolve(done);
}
