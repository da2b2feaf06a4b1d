/** A prompt's or completion's text: rendered, or as it was written. */
import * as l10n from '@vscode/l10n';
import { button, element } from './element.ts';
import { longestMarkdown, markdownNodes } from './markdown.ts';
import { visibleText } from './visibleText.ts';

/** So much is laid out at first, and more on demand: a line of megabytes would freeze the page. */
const firstPart = 20_000;
const nextPart = 200_000;

/** See the file's header. */
export class TextView {
  readonly root: HTMLElement;
  readonly #text: string;
  readonly #id: string | undefined;
  #raw: boolean | undefined;

  constructor(text: string, options: { readonly id?: string; readonly raw: boolean }) {
    this.#text = text;
    this.#id = options.id;
    this.root = element('div', { class: 'text-view', dir: 'auto', id: this.#id });
    this.show(options.raw);
  }

  /** Renders Markdown, or shows the text as it was written. */
  show(raw: boolean): void {
    if (raw === this.#raw) return;
    this.#raw = raw;
    const rendered = !raw && this.#text.length <= longestMarkdown;
    this.root.classList.toggle('markdown', rendered);
    if (rendered) this.root.replaceChildren(...markdownNodes(this.#text));
    else this.#showPart(firstPart);
  }

  #showPart(length: number): void {
    const shown = visibleText(this.#text.slice(0, length));
    const left = this.#text.length - length;
    this.root.replaceChildren(element('p', { class: 'text' }, shown));
    if (left <= 0) return;
    const words = l10n.t`Show more (${left.toLocaleString('en')} characters left)`;
    this.root.append(button(words, () => this.#showPart(length + nextPart)));
  }
}
