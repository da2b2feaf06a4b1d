/** Blocks as Markdown that reads well as plain text too: plots are drawn with characters. */
import { percent, type Block, type Rung } from './block.ts';

/** See the file's header. */
export function blocksMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(blockMarkdown).join('\n\n')}\n`;
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `# ${plain(block.text)}`;
    case 'heading':
      return `## ${plain(block.text)}`;
    case 'text':
      return block.strong === true ? `**${plain(block.text)}**` : plain(block.text);
    case 'table':
      return table(block.head, block.rows, block.words);
    case 'ladder':
      return `${plain(block.title)}\n\n${fenced(ladder(block.rungs))}`;
    case 'reliability':
      return `${plain(block.title)}\n\n${table(
        ['predicted', 'observed', 'comparisons'],
        block.bins.map(({ predicted, observed, comparisons }) => [
          percent(predicted),
          percent(observed),
          String(comparisons),
        ]),
      )}`;
    case 'code':
      return fenced(block.text);
    case 'answers':
      return [
        quoted(block.prompt),
        ...block.completions.map(({ label, text }) => `${plain(label)}:\n\n${fenced(text)}`),
      ].join('\n\n');
  }
}

const width = 41;

/** Rates on a line from 0 to 100 %, the interval as dashes around the point. */
function ladder(rungs: readonly Rung[]): string {
  const names = Math.max(...rungs.map(({ label }) => label.length), 0);
  const at = (rate: number): number => Math.round(rate * (width - 1));
  const lines = rungs.map(({ label, rate, low, high }) => {
    const cells = Array.from({ length: width }, (_, i) => {
      if (i === at(rate)) return '●';
      if (i >= at(low) && i <= at(high)) return '─';
      return i === at(0.5) ? '┊' : ' ';
    });
    return `${label.padEnd(names)} │${cells.join('')}│ ${percent(rate)} (${percent(low)} to ${percent(high)})`;
  });
  const scale = `${' '.repeat(names)} 0${' '.repeat(at(0.5) - 1)}50 %${' '.repeat(at(0.5) - 7)}100 %`;
  return [...lines, scale].join('\n');
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words = false,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  const rule = `| ${head.map((_, i) => (i === 0 || words ? '---' : '--:')).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** A fence longer than any within: a completion can hold one. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function quoted(text: string): string {
  return plainLines(text)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

function plainLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map(plain);
}

/** One line without anything that Markdown would take for its own. */
function plain(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\`*_[\]<>|#!~]/g, String.raw`\$&`);
}
