/**
 * Markdown as DOM nodes, for reading only. Nodes are made one by one from the parsed tree and all
 * text is set as text, so nothing in a prompt or completion can become markup, a link that leads
 * somewhere, an image that is fetched, or a script: HTML is shown as it was written, a link and an
 * image as their text with the address beside it.
 */
import * as l10n from '@vscode/l10n';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { element } from './element.ts';
import { visibleText } from './visibleText.ts';

type Root = ReturnType<typeof fromMarkdown>;
type MarkdownNode = Root | Root['children'][number];

/** Longer text is not parsed: a hostile one could keep the parser busy for seconds. */
export const longestMarkdown = 10_000;

/** Quotes and lists nested deeper are shown as they were written. */
const deepest = 20;

/** The text as nodes; plain text where it is longer than {@link longestMarkdown}. */
export function markdownNodes(text: string): Node[] {
  if (text.length > longestMarkdown) return [element('p', {}, visibleText(text))];
  const visible = visibleText(text);
  const tree = fromMarkdown(visible, {
    extensions: [gfmTable(), gfmStrikethrough({ singleTilde: false })],
    mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown()],
  });
  const source = (node: MarkdownNode): string =>
    visible.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? visible.length);
  const children = (node: { readonly children: readonly MarkdownNode[] }, depth: number): Node[] =>
    node.children.flatMap((child) => nodesOf(child, depth + 1));
  const nodesOf = (node: MarkdownNode, depth: number): Node[] => {
    if (depth > deepest) return [element('p', {}, source(node))];
    switch (node.type) {
      case 'text':
        return [document.createTextNode(node.value)];
      case 'paragraph':
        return [element('p', {}, ...children(node, depth))];
      // Not a heading of the page: that would spoil its outline for screen readers.
      case 'heading':
        return [element('p', { class: 'heading' }, ...children(node, depth))];
      case 'emphasis':
        return [element('em', {}, ...children(node, depth))];
      case 'strong':
        return [element('strong', {}, ...children(node, depth))];
      case 'delete':
        return [element('s', {}, ...children(node, depth))];
      case 'inlineCode':
        return [element('code', {}, node.value)];
      case 'code':
        return [element('pre', { tabindex: 0 }, element('code', {}, node.value))];
      case 'blockquote':
        return [element('blockquote', {}, ...children(node, depth))];
      case 'list': {
        const items = children(node, depth);
        if (node.ordered !== true) return [element('ul', {}, ...items)];
        return [element('ol', { start: node.start ?? 1 }, ...items)];
      }
      case 'listItem':
        return [element('li', {}, ...children(node, depth))];
      case 'break':
        return [document.createTextNode('\n')];
      case 'thematicBreak':
        return [element('hr')];
      case 'link':
        return addressed('link', children(node, depth), node.url);
      case 'image':
        return addressed('image', [document.createTextNode(node.alt ?? '')], node.url);
      case 'table':
        return [element('table', {}, element('tbody', {}, ...children(node, depth)))];
      case 'tableRow':
        return [element('tr', {}, ...children(node, depth))];
      case 'tableCell':
        return [element('td', {}, ...children(node, depth))];
      case 'root':
        return children(node, depth);
      default:
        return [element('span', { class: 'source' }, source(node))];
    }
  };
  return nodesOf(tree, 0);
}

/** A link or an image: its text, and where it would lead. */
function addressed(kind: 'link' | 'image', text: Node[], url: string): Node[] {
  const label = kind === 'image' ? [`${l10n.t('Image:')} `] : [];
  return [
    element('span', { class: kind }, ...label, ...text),
    element('span', { class: 'quiet' }, ` (${url})`),
  ];
}
