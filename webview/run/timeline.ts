/** The strip above the charts: checkpoints, samples and warnings along the part that is in sight. */
import * as l10n from '@vscode/l10n';
import { element } from '../components/element.ts';
import { number } from './inWords.ts';
import { groupMarks, type Mark, type MarkGroup, type MarkKind } from './marks.ts';

/** What one look at the strip shows. */
export interface TimelineView {
  readonly marks: readonly Mark[];
  readonly domain: readonly [number, number];
  /** Where a step stands on the axis. */
  readonly placeOf: (step: number) => number;
}

const apartPx = 22;
const signs: Readonly<Record<MarkKind, string>> = { warning: '▲', sample: '●', checkpoint: '◆' };
const names: Readonly<Record<MarkKind, readonly [one: string, many: (n: number) => string]>> = {
  warning: [l10n.t('warning'), (n) => l10n.t`${n} warnings`],
  sample: [l10n.t('evaluation'), (n) => l10n.t`${n} evaluations`],
  checkpoint: [l10n.t('checkpoint'), (n) => l10n.t`${n} checkpoints`],
};

/** See the file's header. A mark is a button; `open` is called with the group it stands for. */
export class Timeline {
  readonly root = element('ol', { class: 'timeline', 'aria-label': l10n.t('Marks along the run') });
  readonly #open: (group: MarkGroup) => void;
  readonly #resize: ResizeObserver;
  #width = 600;
  #view: TimelineView | undefined;
  #drawn = '';

  constructor(open: (group: MarkGroup) => void) {
    this.#open = open;
    this.#resize = new ResizeObserver((entries) => {
      this.#width = entries.at(-1)?.contentRect.width ?? this.#width;
      if (this.#view !== undefined) this.update(this.#view);
    });
    this.#resize.observe(this.root);
  }

  /** Shows the marks. The buttons are made anew only when they change, so that focus stays. */
  update(view: TimelineView): void {
    this.#view = view;
    const [from, to] = view.domain;
    const share = (step: number) => (view.placeOf(step) - from) / (to - from);
    const groups = groupMarks(
      view.marks,
      ({ step }) => {
        const at = share(step);
        return at < 0 || at > 1 ? undefined : at * this.#width;
      },
      apartPx,
    );
    this.root.hidden = groups.length === 0;
    const drawn = groups
      .map(({ kind, step, marks }) => `${kind} ${marks.length} ${share(step).toFixed(3)}`)
      .join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.root.replaceChildren(...groups.map((group) => this.#mark(group, share(group.step))));
  }

  dispose(): void {
    this.#resize.disconnect();
  }

  #mark(group: MarkGroup, share: number): HTMLElement {
    const made = element(
      'button',
      { type: 'button', class: `mark ${group.kind}`, 'aria-label': inWords(group) },
      signs[group.kind],
    );
    made.title = inWords(group);
    made.addEventListener('click', () => this.#open(group));
    const item = element('li', {}, made);
    item.style.left = `${(100 * share).toFixed(2)}%`;
    return item;
  }
}

function inWords({ step, marks }: MarkGroup): string {
  const counts = new Map<MarkKind, number>();
  for (const { kind } of marks) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const what = [...counts].map(([kind, count]) =>
    count === 1 ? names[kind][0] : names[kind][1](count),
  );
  const last = marks.at(-1)?.step ?? step;
  const where =
    last === step ? l10n.t`Step ${number(step)}` : l10n.t`Steps ${number(step)} to ${number(last)}`;
  return `${where}: ${what.join(', ')}`;
}
