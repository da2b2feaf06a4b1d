/** Line plots as SVG files, one for light pages and one for dark ones. */
import { roundTicks } from '../../webview/run/ticks.ts';
import type { Plot } from './row.ts';

/** Which page a plot stands on. */
export type Theme = 'light' | 'dark';

const inks: Record<Theme, { ink: string; faint: string; lines: readonly string[] }> = {
  light: { ink: '#24292f', faint: '#d0d7de', lines: ['#0969da', '#cf222e', '#1a7f37', '#8250df'] },
  dark: { ink: '#c9d1d9', faint: '#30363d', lines: ['#58a6ff', '#ff7b72', '#56d364', '#bc8cff'] },
};
const [width, plain] = [460, 264];
const box = { left: 58, right: 12, top: 34, bottom: 48 };
/** Names a line of the legend, and its height. */
const legendColumns = 2;
const legendLine = 18;

/** The plot as the text of an SVG file. */
export function plotSvg({ title, x, y, logX = false, series }: Plot, theme: Theme): string {
  const { ink, faint, lines } = inks[theme];
  const named = series.length < 2 ? [] : series;
  const height = plain + legendLine * Math.ceil(named.length / legendColumns);
  const across = (value: number): number => (logX ? Math.log10(value) : value);
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([value]) => across(value));
  const ys = points.map(([, value]) => value);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const margin = 0.08 * (Math.max(...ys) - Math.min(...ys) || 1);
  const [low, high] = [Math.min(...ys) - margin, Math.max(...ys) + margin];
  const px = (value: number): number =>
    box.left + ((across(value) - left) / (right - left || 1)) * (width - box.left - box.right);
  const py = (value: number): number =>
    plain - box.bottom - ((value - low) / (high - low)) * (plain - box.top - box.bottom);
  const text = (at: readonly [number, number], words: string, anchor = 'middle'): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${escape(words)}</text>`;
  const ticks = roundTicks(low, high, 5);
  const grid = ticks.map(
    (tick) =>
      `<path d="M${box.left} ${py(tick).toFixed(1)}H${width - box.right}" stroke="${faint}"/>${text([box.left - 6, py(tick) + 4], show(tick), 'end')}`,
  );
  const marks = [...new Set(points.map(([value]) => value))]
    .filter((_, i, all) => all.length <= 8 || i % 2 === 0)
    .map((value) => text([px(value), plain - box.bottom + 16], show(value)));
  const curves = series.map(({ points: own }, i) => {
    const colour = lines[i % lines.length];
    const path = own.map(
      ([a, b], k) => `${k === 0 ? 'M' : 'L'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`,
    );
    const dots = own.map(
      ([a, b]) =>
        `<circle cx="${px(a).toFixed(1)}" cy="${py(b).toFixed(1)}" r="2.5" fill="${colour}"/>`,
    );
    return `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="1.75"/>${dots.join('')}`;
  });
  const legend = named.map(({ name }, i) => {
    const at = box.left + ((i % legendColumns) * (width - box.left)) / legendColumns;
    const line = plain + legendLine * Math.floor(i / legendColumns);
    return `<circle cx="${at + 4}" cy="${line + 2}" r="4" fill="${lines[i % lines.length]}"/>${text([at + 14, line + 6], name, 'start')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="${ink}" role="img" aria-label="${escape(title)}">
${text([width / 2, 18], title)}
${grid.join('\n')}
${marks.join('')}
${text([(box.left + width - box.right) / 2, plain - box.bottom + 34], x)}
<text transform="translate(13 ${(plain - box.bottom + box.top) / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text>
${curves.join('\n')}
${legend.join('')}
</svg>
`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function escape(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
