/** How long a draft is in tokens, and how long it took: counted a moment after each change. */
import * as l10n from '@vscode/l10n';
import { counted } from '../counted.ts';
import type { Disposable } from '../disposables.ts';

/** What the figures are made of. */
export interface DraftFiguresTools {
  /** Counts tokens as the base model does; undefined where it cannot. */
  readonly countTokens: (text: string) => Promise<number | undefined>;
  /** Told when figures are others than before. */
  readonly changed: () => void;
  readonly onError: (thrown: unknown) => void;
}

const settleMs = 300;

/** See the file's header. Drafts are known by the name of their file. */
export class DraftFigures implements Disposable {
  private readonly tools: DraftFiguresTools;
  private readonly counts = new Map<string, number>();
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(tools: DraftFiguresTools) {
    this.tools = tools;
  }

  /** Takes note of a draft's text. */
  update(name: string, text: string): void {
    clearTimeout(this.timers.get(name));
    const timer = setTimeout(() => void this.count(name, text), settleMs);
    this.timers.set(name, timer);
  }

  /** The figures in words: `34 tokens · 1 min 5 s`; without tokens where they cannot be counted. */
  words(name: string, seconds: number): string {
    const count = this.counts.get(name);
    const tokens = count === undefined ? [] : [counted(count, 'token')];
    return [...tokens, spoken(seconds)].join(' · ');
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private async count(name: string, text: string): Promise<void> {
    try {
      const tokens = await this.tools.countTokens(text);
      if (tokens !== undefined) this.counts.set(name, tokens);
      this.tools.changed();
    } catch (thrown) {
      this.tools.onError(thrown); // the time is shown all the same
    }
  }
}

function spoken(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? l10n.t`${whole} s` : l10n.t`${Math.floor(whole / 60)} min ${whole % 60} s`;
}
