/**
 * The comparison panel: a row a prompt, or one prompt at a time; a column a model or checkpoint with
 * its settings. Arrow keys move between completions;
 * P prefers the one with the focus, T says that all are alike, B that all are bad.
 */
import * as l10n from '@vscode/l10n';
import type {
  CompareSnapshot,
  ComparedCell,
  compareContract,
} from '../../src/protocol/comparePanel.ts';
import { toErrorData } from '../../src/protocol/errors.ts';
import { button, element } from '../components/element.ts';
import type { LiveRegion } from '../components/liveRegion.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { problemBox } from '../components/problemBox.ts';
import { visibleText } from '../components/visibleText.ts';
import { cellView } from './cellView.ts';
import { CompareControls } from './compareControls.ts';
import { compareMeans } from './compareMeans.ts';
import { cellName, columnsOf, samplingOf, type CompareState, type Row } from './compareState.ts';
import { meansTable } from './meansTable.ts';
import { PromptBar } from './promptBar.ts';

/** A labeler's word on a row: a column, or how all are. */
type Verdict = { readonly preferred: string } | 'tie' | 'bothBad';

/** See the file's header. */
export class ComparePanel {
  readonly root = element('main', { class: 'compare', 'data-panel': 'compare' });
  readonly #client: PanelClient<typeof compareContract>;
  readonly #live: LiveRegion;
  readonly #remember: (state: CompareState) => void;
  readonly #problem = element('div');
  readonly #means = element('div');
  readonly #grid = element('div', { class: 'grid' });
  readonly #bar: PromptBar;
  readonly #cells = new Map<string, ComparedCell>();
  readonly #verdicts = new Map<string, Verdict>();
  /** When a row was first complete, for the time that a vote took. */
  readonly #since = new Map<string, number>();
  #state: CompareState;
  #snapshot: CompareSnapshot | undefined;
  #controls: CompareControls | undefined;
  #frame: number | undefined;

  /** `remembered` is what `remember` was last given, from before a reload. */
  constructor(
    client: PanelClient<typeof compareContract>,
    live: LiveRegion,
    remembered: CompareState,
    remember: (state: CompareState) => void,
  ) {
    this.#client = client;
    this.#live = live;
    this.#state = remembered;
    this.#remember = remember;
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#bar = new PromptBar({
      write: (prompt) => {
        if (typeof prompt === 'string') this.#add(prompt);
        else void this.#write([prompt]);
      },
      stop: () => this.#stop(),
      go: ({ row }) => {
        this.#state = { ...this.#state, at: row };
        this.#changed();
      },
    });
  }

  /** Asks for the models and prompts. */
  start(): void {
    this.#client.onEvent = (event) => {
      if (event.type === 'view') {
        this.#controls?.turn(event.view);
        this.#changed();
        return;
      }
      for (const cell of event.cells) this.#cells.set(cell.cell, cell);
      if (this.#frame === undefined) this.#frame = requestAnimationFrame(() => this.#draw());
    };
    this.#client.onGap = () => void this.#load();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const snapshot = await this.#client.request('snapshot', {});
      this.#client.startFrom(snapshot.sequence);
      this.#snapshot = snapshot;
      for (const cell of snapshot.cells) this.#cells.set(cell.cell, cell);
      if (this.#state.rows.length === 0) {
        const rows = snapshot.prompts.map((prompt, at): Row => ({ ...prompt, row: `p${at}` }));
        this.#state = { ...this.#state, rows };
      }
      this.#controls = new CompareControls(snapshot, this.#state, {
        changed: () => this.#changed(),
        write: () => void this.#write(this.#state.rows),
        stop: () => this.#stop(),
        addPrompt: (text) => this.#add(text),
      });
      this.root.replaceChildren(
        element('h1', {}, l10n.t('Compare side by side')),
        this.#controls.root,
        this.#bar.root,
        this.#problem,
        element(
          'p',
          { class: 'quiet' },
          ...keysIn(
            l10n.t(
              'Arrow keys move between completions; {P} prefers one, {T} is a tie, {B} says that all are bad. A vote is saved as a ranking.',
            ),
          ),
        ),
        this.#means,
        this.#grid,
      );
      this.#changed();
    } catch (thrown) {
      const retry = button(l10n.t('Try Again'), () => void this.#load(), { primary: true });
      this.root.replaceChildren(
        element('h1', {}, l10n.t('Compare side by side')),
        problemBox(toErrorData(thrown), retry),
      );
    }
  }

  #changed(): void {
    if (this.#controls === undefined) return;
    const { rows, at } = this.#state;
    this.#state = { ...this.#controls.state, rows, ...(at === undefined ? {} : { at }) };
    this.#remember(this.#state);
    this.#controls.update();
    this.#bar.root.hidden = this.#state.view === 'all';
    this.#draw();
  }

  #stop(): void {
    void this.#try(() => this.#client.request('stop', {}));
  }

  #add(text: string): void {
    const row: Row = { text, row: `own-${this.#state.rows.length}-${Date.now()}` };
    this.#state = { ...this.#state, rows: [row, ...this.#state.rows], at: row.row };
    this.#changed();
    void this.#write([row]);
  }

  async #write(rows: readonly Row[]): Promise<void> {
    const { columns } = this.#state;
    const standing = this.#snapshot?.sampling;
    if (standing === undefined) return;
    for (const { row } of rows) {
      this.#verdicts.delete(row);
      this.#since.delete(row);
    }
    const cells = rows.flatMap(({ row, id, text }) =>
      columns.map((column) => ({
        cell: cellName(row, column.key),
        model: column.model,
        prompt: id === undefined ? { text } : { id, text },
        sampling: samplingOf(standing, this.#state, column),
      })),
    );
    await this.#try(() => this.#client.request('write', { cells }));
  }

  #draw(): void {
    this.#frame = undefined;
    const focused = document.activeElement?.closest('[data-cell]')?.getAttribute('data-cell');
    const { rows, at, view } = this.#state;
    const current = Math.max(
      0,
      rows.findIndex(({ row }) => row === at),
    );
    if (view === 'one') this.#bar.update(rows, current);
    const shown = view === 'one' ? rows.slice(current, current + 1) : rows;
    this.#grid.replaceChildren(...shown.map((row) => this.#row(row)));
    this.#means.replaceChildren(...(view === 'one' ? [] : this.#meansOf(rows)));
    if (typeof focused !== 'string') return;
    for (const cell of this.#cellElements()) {
      if (cell.getAttribute('data-cell') === focused) cell.focus();
    }
  }

  #row(row: Row): HTMLElement {
    const { blind, differences, view } = this.#state;
    const verdict = this.#verdicts.get(row.row);
    const hidden = blind && verdict === undefined;
    const columns = columnsOf(this.#keys, row.row, blind);
    const cells = columns.map((key) => this.#cells.get(cellName(row.row, key)));
    if (cells.every((cell) => cell?.state === 'done') && !this.#since.has(row.row)) {
      this.#since.set(row.row, performance.now());
    }
    const views = columns.map((key, at) => {
      const cell = cells[at];
      const made = cellView(
        {
          name: hidden
            ? l10n.t`Completion ${String.fromCharCode(65 + at)}`
            : (this.#controls?.label(key) ?? key),
          cell: hidden ? withoutTraces(cell) : cell,
          against: this.#modelLabel(cell?.reference),
          reference: differences && at > 0 ? cells[0]?.text : undefined,
          preferred: typeof verdict === 'object' && verdict.preferred === key,
        },
        {
          copy: (text) => void this.#copy(text),
          demonstrate: (text) => void this.#demonstrate(cellName(row.row, key), text),
        },
      );
      made.dataset['cell'] = cellName(row.row, key);
      return made;
    });
    const section = element(
      'section',
      { 'aria-label': visibleText(row.text).slice(0, 80) },
      ...(view === 'one' ? [] : [element('p', { class: 'text asked' }, visibleText(row.text))]),
      element('div', { class: 'cells' }, ...views),
      element('p', { class: 'quiet said' }, sayVerdict(verdict)),
    );
    section.style.setProperty('--columns', String(columns.length));
    return section;
  }

  /** Rows that are still blind are left out: a mean that moves would tell a model. */
  #meansOf(rows: readonly Row[]): HTMLElement[] {
    const told = rows.filter(({ row }) => !this.#state.blind || this.#verdicts.has(row));
    const columns = this.#keys.map((key) => ({
      name: this.#controls?.label(key) ?? key,
      means: compareMeans(told.map(({ row }) => this.#cells.get(cellName(row, key)))),
    }));
    return columns.some(({ means }) => means.completions > 0) ? [meansTable(columns)] : [];
  }

  #modelLabel(reference: string | undefined): string | undefined {
    const known = this.#snapshot?.models.find(({ ref }) => ref === reference);
    return known?.label ?? reference;
  }

  get #keys(): string[] {
    return this.#state.columns.map(({ key }) => key);
  }

  #key(event: KeyboardEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLElement) || !target.classList.contains('cell')) return;
    const all = this.#cellElements();
    const at = all.indexOf(target);
    const columns = Math.max(1, this.#state.columns.length);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
    };
    const move = moves[event.key];
    const [row = '', column = ''] = (target.dataset['cell'] ?? '').split('\n');
    if (event.key in moves) all.at(Math.max(0, at + move))?.focus();
    else if (event.key === 'p') void this.#vote(row, { preferred: column });
    else if (event.key === 't') void this.#vote(row, 'tie');
    else if (event.key === 'b') void this.#vote(row, 'bothBad');
    else return;
    event.preventDefault();
  }

  #cellElements(): HTMLElement[] {
    return [...this.#grid.querySelectorAll<HTMLElement>('.cell')];
  }

  async #vote(row: string, verdict: Verdict): Promise<void> {
    const columns = columnsOf(this.#keys, row, this.#state.blind);
    if (this.#verdicts.has(row) || columns.length < 2) return;
    const since = this.#since.get(row) ?? performance.now();
    await this.#try(async () => {
      await this.#client.request('vote', {
        cells: columns.map((key) => cellName(row, key)),
        ...(typeof verdict === 'object' ? { preferred: cellName(row, verdict.preferred) } : {}),
        bothBad: verdict === 'bothBad',
        seconds: (performance.now() - since) / 1000,
      });
      this.#verdicts.set(row, verdict);
      this.#live.say(l10n.t('Saved as a ranking.'));
      this.#draw();
    });
  }

  async #copy(text: string): Promise<void> {
    await this.#try(async () => {
      await navigator.clipboard.writeText(text);
      this.#live.say(l10n.t('Copied.'));
    });
  }

  async #demonstrate(cell: string, completion: string): Promise<void> {
    await this.#try(async () => {
      await this.#client.request('demonstrate', { cell, completion });
      this.#live.say(l10n.t('Saved as a demonstration.'));
    });
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#problem.replaceChildren();
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  #tell(thrown: unknown): void {
    this.#problem.replaceChildren(problemBox(toErrorData(thrown)));
  }
}

/** A sentence with the keys that stand in braces. */
function keysIn(sentence: string): (Node | string)[] {
  return sentence
    .split(/\{([A-Z])\}/)
    .map((part, at) => (at % 2 === 0 ? part : element('kbd', {}, part)));
}

/** Numbers could tell a model: a blind row does without them. */
function withoutTraces(cell: ComparedCell | undefined): ComparedCell | undefined {
  if (cell === undefined) return undefined;
  const { score, logprob, kl, reference, ...rest } = cell;
  const traces = [score, logprob, kl, reference];
  return traces.every((trace) => trace === undefined) ? cell : rest;
}

function sayVerdict(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  if (verdict === 'tie') return l10n.t('Saved: a tie.');
  return verdict === 'bothBad' ? l10n.t('Saved: all are bad.') : l10n.t('Saved: one is preferred.');
}
