/**
 * Blocks as one HTML file without scripts or outside references. In the editor it takes the theme's
 * colours; elsewhere it is light or dark as the reader's system is.
 */
import { createHash } from 'node:crypto';
import { percent, type Bin, type Block, type Rung } from './block.ts';

/** See the file's header. */
export function blocksHtml(title: string, blocks: readonly Block[]): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${blocks.map(blockHtml).join('\n')}
</main>
</body>
</html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `<h1>${escape(block.text)}</h1>`;
    case 'heading':
      return `<h2>${escape(block.text)}</h2>`;
    case 'text':
      return block.strong === true
        ? `<p class="strong">${escape(block.text)}</p>`
        : `<p>${escape(block.text)}</p>`;
    case 'table':
      return table(block);
    case 'ladder':
      return figure(block.title, ladder(block.rungs));
    case 'reliability':
      return figure(block.title, reliability(block.bins));
    case 'code':
      return `<pre tabindex="0">${escape(block.text)}</pre>`;
    case 'answers':
      return `<section class="answers"><blockquote>${escape(block.prompt)}</blockquote><dl>${block.completions
        .map(({ label, text }) => `<dt>${escape(label)}</dt><dd>${escape(text)}</dd>`)
        .join('')}</dl></section>`;
  }
}

function table({ head, rows, words = false }: Extract<Block, { kind: 'table' }>): string {
  const heads = head.map((cell) =>
    cell === '' ? '<td></td>' : `<th scope="col">${escape(cell)}</th>`,
  );
  const lines = rows.map(([first, ...others]) => {
    const cells = others.map((cell) => `<td>${escape(cell)}</td>`).join('');
    return `<tr><th scope="row">${escape(first)}</th>${cells}</tr>`;
  });
  return `<div class="wide" tabindex="0" role="group" aria-label="Table"><table${words ? ' class="words"' : ''}><thead><tr>${heads.join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function figure(title: string, svg: string): string {
  return `<figure><figcaption>${escape(title)}</figcaption>${svg}</figure>`;
}

const rungHeight = 30;
const ladderBox = { left: 130, right: 200, width: 760 };

function ladder(rungs: readonly Rung[]): string {
  const { left, right, width } = ladderBox;
  const height = rungs.length * rungHeight + 34;
  const bottom = height - 24;
  const x = (rate: number): string => (left + rate * (width - left - right)).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (rate) =>
      `<path class="${rate === 0.5 ? 'middle' : 'grid'}" d="M${x(rate)} 4V${bottom}"/><text x="${x(rate)}" y="${height - 8}" text-anchor="middle">${100 * rate} %</text>`,
  );
  const lines = rungs.map(({ label, rate, low, high }, i) => {
    const y = i * rungHeight + 20;
    return `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escape(label)}</text><path class="bar" d="M${x(low)} ${y}H${x(high)}M${x(low)} ${y - 5}v10M${x(high)} ${y - 5}v10"/><circle class="dot" cx="${x(rate)}" cy="${y}" r="5"/><text class="value" x="${width - right + 14}" y="${y + 4}">${percent(rate)} (${percent(low)} to ${percent(high)})</text>`;
  });
  const said = rungs.map(({ label, rate }) => `${label} ${percent(rate)}`).join(', ');
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(said)}">${grid.join('')}${lines.join('')}</svg>`;
}

const side = 260;
const edge = 44;

/** Predicted against observed; on the diagonal the model is calibrated. */
function reliability(bins: readonly Bin[]): string {
  const size = side + edge + 24;
  const most = Math.max(...bins.map(({ comparisons }) => comparisons), 1);
  const x = (share: number): string => (edge + (share - 0.5) * 2 * side).toFixed(1);
  const y = (share: number): string => (8 + (1 - share) * side).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path class="grid" d="M${edge} ${y(share)}h${side}"/><text x="${edge - 6}" y="${Number(y(share)) + 4}" text-anchor="end">${100 * share} %</text>`,
  );
  const below = [0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(share)}" y="${side + 26}" text-anchor="middle">${100 * share} %</text>`,
  );
  const dots = bins.map(
    ({ predicted, observed, comparisons }) =>
      `<circle class="dot" cx="${x(predicted)}" cy="${y(observed)}" r="${(3 + 6 * Math.sqrt(comparisons / most)).toFixed(1)}"><title>${percent(predicted)} predicted, ${percent(observed)} observed, ${comparisons} comparisons</title></circle>`,
  );
  const said = bins
    .map(
      ({ predicted, observed }) => `${percent(predicted)} predicted, ${percent(observed)} observed`,
    )
    .join('; ');
  return `<svg viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" role="img" aria-label="${escape(said)}">${ticks.join('')}${below.join('')}<path class="middle" d="M${x(0.5)} ${y(0.5)}L${x(1)} ${y(1)}"/>${dots.join('')}</svg>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #d0d7de; --soft: #59636e; --paper: #ffffff; --accent: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #3d444d; --soft: #9198a1; --paper: #0d1117; --accent: #58a6ff; } }
body { margin: 0; padding: 0; background: var(--vscode-editor-background, var(--paper)); color: var(--vscode-editor-foreground, var(--vscode-foreground, var(--ink))); font: 14px/1.5 var(--vscode-font-family, system-ui, sans-serif); }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 2rem 4rem; }
h1 { font-size: 1.6em; font-weight: 600; margin: 0 0 .5rem; }
h2 { font-size: 1.2em; font-weight: 600; margin: 2.2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--vscode-editorWidget-border, var(--faint)); }
p { margin: .5rem 0; max-width: 48rem; }
.strong { font-size: 1.1em; font-weight: 600; }
.wide { overflow-x: auto; margin: .75rem 0; }
.wide:focus-visible, pre:focus-visible { outline: 2px solid var(--vscode-focusBorder, var(--accent)); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; text-align: right; border-bottom: 1px solid var(--vscode-editorWidget-border, var(--faint)); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
.words th, .words td { text-align: left; }
figure { margin: 1rem 0; }
figcaption { margin-bottom: .5rem; }
svg { max-width: 100%; height: auto; font-size: 12px; fill: currentColor; }
.grid, .middle { fill: none; stroke: var(--vscode-editorWidget-border, var(--faint)); }
.middle { stroke: currentColor; stroke-dasharray: 3 4; opacity: .7; }
.bar { fill: none; stroke: var(--vscode-charts-blue, var(--accent)); stroke-width: 2; }
.dot { fill: var(--vscode-charts-blue, var(--accent)); }
pre { overflow-x: auto; padding: .75rem 1rem; background: var(--vscode-textCodeBlock-background, color-mix(in srgb, currentcolor 6%, transparent)); border: 1px solid var(--vscode-editorWidget-border, transparent); border-radius: 4px; font: 13px/1.5 var(--vscode-editor-font-family, ui-monospace, monospace); }
.answers { margin: 1.25rem 0; }
blockquote { margin: 0 0 .5rem; padding: .25rem .9rem; border-left: 3px solid var(--vscode-charts-blue, var(--accent)); white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0; }
dt { white-space: nowrap; }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
