/** What can be told of a run before it starts: sizes, and time from runs like it. */
import * as l10n from '@vscode/l10n';
import type { RunView } from '../../protocol/runFold.ts';

/** The shape of a model, as far as memory goes. */
export interface ModelSize {
  /** Bytes of its weights in float32. */
  readonly weightBytes: number;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
}

/** Seconds at work of the newest finished run in the list; undefined when there is none. */
export function secondsOfLast(views: readonly RunView[]): number | undefined {
  const last = views.find(({ state }) => state === 'finished');
  const seconds = [...(last?.metrics.values() ?? [])].map((series) => series.seconds.at(-1) ?? 0);
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

/** A size for people: "340 MB", "2.1 GB". */
export function inBytes(bytes: number): string {
  if (bytes < 1e6) return l10n.t`${Math.max(1, Math.round(bytes / 1e3))} kB`;
  if (bytes < 1e9) return l10n.t`${Math.round(bytes / 1e6)} MB`;
  return l10n.t`${(bytes / 1e9).toFixed(1)} GB`;
}
