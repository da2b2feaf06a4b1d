/** Progress for people: one line that is redrawn on a terminal, sparse lines elsewhere. */
import type { RunEvent } from '../protocol/run.ts';
import { createRunFold, type RunFold, type RunView } from '../protocol/runFold.ts';

/** Where the progress is shown. */
export interface ProgressOutput {
  write(text: string): void;
  /** Width of the terminal in characters, or null when it is none. */
  readonly columns: number | null;
}

const redrawEveryMs = 100;
const lineEveryMs = 10_000;
const shownMetrics = 3;

/** Shows the runs of a process, a pipeline's one after another. */
export class ProgressBar {
  private readonly output: ProgressOutput;
  private readonly clock: () => number;
  private readonly folds = new Map<string, RunFold>();
  private lastDrawn = -Infinity;
  private lastLine = -Infinity;
  private drawnWidth = 0;

  /** `clock` gives milliseconds. */
  constructor(output: ProgressOutput, clock: () => number) {
    this.output = output;
    this.clock = clock;
  }

  /** Takes note of an event of the run with this id. */
  apply(runId: string, event: RunEvent): void {
    const fold = this.folds.get(runId) ?? createRunFold();
    this.folds.set(runId, fold);
    fold.apply(event);
    const { view } = fold;
    switch (event.type) {
      case 'warning':
        this.line(`warning: ${event.message}`);
        return;
      case 'failed': // the end of the command says why
        this.end();
        return;
      case 'started':
        if (event.resumedFrom === undefined) this.line(`${runId}: started`);
        else this.line(`${runId}: resumed from step ${event.resumedFrom}`);
        return;
      case 'paused':
      case 'stopped':
        this.line(`${runId}: ${event.type} at step ${event.step}`);
        return;
      case 'finished':
        this.line(`${progressLine(view, 60)}\n${runId}: finished${resultOf(event)}`);
        return;
      case 'progress':
        if (event.child === undefined) this.draw(view);
        return;
      default:
    }
  }

  /** Ends the line that was being redrawn. */
  end(): void {
    if (this.drawnWidth > 0) this.output.write('\n');
    this.drawnWidth = 0;
  }

  private draw(view: RunView): void {
    const now = this.clock();
    const { columns } = this.output;
    if (columns === null) {
      if (now - this.lastLine < lineEveryMs) return;
      this.lastLine = now;
      this.output.write(`${progressLine(view, 100)}\n`);
      return;
    }
    if (now - this.lastDrawn < redrawEveryMs) return;
    this.lastDrawn = now;
    const line = progressLine(view, columns - 1);
    this.output.write(`\r${line.padEnd(this.drawnWidth)}`);
    this.drawnWidth = line.length;
  }

  private line(text: string): void {
    if (this.drawnWidth > 0) this.output.write(`\r${' '.repeat(this.drawnWidth)}\r`);
    this.drawnWidth = 0;
    this.output.write(`${text}\n`);
  }
}

/** One line of at most `width` characters: stage, bar, step, the first metrics and the time left. */
export function progressLine(view: RunView, width: number): string {
  const { step, totalSteps, stage = '', secondsLeft, message } = view;
  const share = totalSteps === 0 ? 0 : step / totalSteps;
  const count = `${String(step).padStart(String(totalSteps).length)}/${totalSteps}`;
  const left = secondsLeft === undefined || step === totalSteps ? '' : duration(secondsLeft);
  const facts = [message ?? '', ...metricsOf(view), left].filter((fact) => fact !== '');
  const head = `${stage.padEnd(8)} `;
  const room = width - head.length - count.length - 2;
  let tail = '';
  for (const fact of facts) {
    if (tail.length + fact.length + 2 > room - 10) break;
    tail += `  ${fact}`;
  }
  const barWidth = Math.min(30, room - tail.length);
  if (barWidth < 4) return `${head}${count}`.slice(0, Math.max(0, width));
  const filled = Math.round(share * (barWidth - 2));
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(barWidth - 2 - filled)}]`;
  return `${head}${bar} ${count}${tail}`.slice(0, Math.max(0, width));
}

/** Seconds in the shortest readable form: `8s`, `3m05s`, `2h07m`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${two(whole % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

function metricsOf(view: RunView): string[] {
  return [...view.metrics]
    .filter(([name]) => view.stage !== undefined && name.startsWith(`${view.stage}/`))
    .slice(0, shownMetrics)
    .map(([name, { values }]) => `${name.split('/')[1]} ${(values.at(-1) ?? 0).toPrecision(3)}`);
}

/** The model's folder and, where the stage draws one, its conclusion. */
function resultOf({ model, summary }: Extract<RunEvent, { type: 'finished' }>): string {
  const conclusion = summary?.['conclusion'];
  return [
    model === undefined ? '' : `, model in ${model}`,
    typeof conclusion === 'string' ? `\n${conclusion}` : '',
  ].join('');
}
