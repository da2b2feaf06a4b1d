/** Turns what the system tells a process into abort signals that a run can obey. */
import type { Surroundings } from './runContext.ts';

/** The two abort signals of a process. */
export interface ProcessSignals extends Pick<Surroundings, 'stopSignal' | 'crashSignal'> {
  /** Listens no longer. */
  dispose(): void;
}

const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first SIGINT, SIGTERM or SIGHUP asks runs to stop with a checkpoint; a second one ends the
 * process at once with 130, as shells expect. An error that nothing caught becomes a crash.
 */
export function listenToProcess(): ProcessSignals {
  const stop = new AbortController();
  const crash = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  const crashed = (error: unknown): void => {
    crash.abort(error instanceof Error ? error : new Error(String(error)));
  };
  for (const name of interruptions) process.on(name, interrupted);
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  return {
    stopSignal: stop.signal,
    crashSignal: crash.signal,
    dispose: () => {
      for (const name of interruptions) process.off(name, interrupted);
      process.off('uncaughtException', crashed);
      process.off('unhandledRejection', crashed);
    },
  };
}
