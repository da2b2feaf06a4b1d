/** The runs drawn over the panel's own: chosen by the user, or the stages of a pipeline. */
import type { RunEntry, runContract } from '../../src/protocol/panels.ts';
import type { RunEvent } from '../../src/protocol/run.ts';
import { createRunFold, type MetricSeries, type RunFold } from '../../src/protocol/runFold.ts';
import { unpackRunView } from '../../src/protocol/runViewData.ts';
import type { PanelClient } from '../components/panelClient.ts';
import { OverlayPicker } from './overlayPicker.ts';

/** What the overlays tell of. */
export interface OverlayListener {
  /** Other runs are drawn, or have come from the host. */
  readonly changed: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** See the file's header. */
export class Overlays {
  readonly #client: PanelClient<typeof runContract>;
  readonly #listener: OverlayListener;
  readonly #picker: OverlayPicker;
  readonly #folds = new Map<string, RunFold>();
  #own = '';
  #parts: readonly string[] = [];
  #chosen: readonly string[];
  #others: readonly RunEntry[] = [];

  /** `chosen` are the runs from before a reload. */
  constructor(
    client: PanelClient<typeof runContract>,
    chosen: readonly string[],
    listener: OverlayListener,
  ) {
    this.#client = client;
    this.#chosen = chosen;
    this.#listener = listener;
    this.#picker = new OverlayPicker(
      () => void this.#list(),
      (id, on) => {
        this.#chosen = on ? [...this.#chosen, id] : this.#chosen.filter((each) => each !== id);
        void this.#fetch();
      },
    );
  }

  /** The disclosure with which runs are chosen. */
  get root(): HTMLElement {
    return this.#picker.root;
  }

  /** What the user has chosen, in that order. */
  get chosen(): readonly string[] {
    return this.#chosen;
  }

  /** What is drawn over the panel's own run: the parts of a pipeline, then what was chosen. */
  get runs(): readonly { id: string; metrics: ReadonlyMap<string, MetricSeries> }[] {
    return this.#wanted().flatMap((id) => {
      const fold = this.#folds.get(id);
      return fold === undefined ? [] : [{ id, metrics: fold.view.metrics }];
    });
  }

  /** The panel shows this run; `parts` are the runs of a pipeline's stages. */
  load(own: string, parts: readonly string[]): void {
    this.#own = own;
    this.#parts = parts;
    this.#show();
    if (this.#wanted().length > 0) void this.#fetch();
  }

  /** Takes what one of the runs has written. */
  take(id: string, events: readonly RunEvent[]): void {
    const fold = this.#folds.get(id);
    for (const event of events) fold?.apply(event);
  }

  #wanted(): string[] {
    return [...new Set([...this.#parts, ...this.#chosen])].filter((id) => id !== this.#own);
  }

  async #list(): Promise<void> {
    try {
      this.#others = (await this.#client.request('others', {})).runs;
      this.#show();
    } catch (thrown) {
      this.#listener.failed(thrown);
    }
  }

  async #fetch(): Promise<void> {
    try {
      const answer = await this.#client.request('overlay', { ids: this.#wanted() });
      this.#folds.clear();
      for (const { id, view } of answer.runs) {
        this.#folds.set(id, createRunFold(unpackRunView(view)));
      }
      const isThere = (id: string) => this.#folds.has(id);
      this.#chosen = this.#chosen.filter(isThere);
      this.#show();
      this.#listener.changed();
    } catch (thrown) {
      this.#listener.failed(thrown);
    }
  }

  #show(): void {
    const drawn = [...(this.#parts.length > 0 ? [] : [this.#own]), ...this.#wanted()];
    const own = new Set([this.#own, ...this.#parts]);
    const others = this.#others.filter(({ id }) => !own.has(id));
    this.#picker.update(others, drawn, this.#chosen);
  }
}
