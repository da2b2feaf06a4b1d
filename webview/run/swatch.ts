/** A short piece of a run's line, for legends. */
import type { ChartColour, RunStyle } from './curve.ts';

const svg = 'http://www.w3.org/2000/svg';

/** A line in the run's colour, or `otherwise` where it has none, with its dashes. Decoration only. */
export function swatch({ colour, dash }: RunStyle, otherwise: ChartColour): SVGElement {
  const root = document.createElementNS(svg, 'svg');
  root.setAttribute('class', 'swatch');
  root.setAttribute('viewBox', '0 0 20 4');
  root.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'line');
  for (const [name, value] of Object.entries({ x1: '0', y1: '2', x2: '20', y2: '2' })) {
    line.setAttribute(name, value);
  }
  line.setAttribute('stroke-dasharray', dash.join(' '));
  line.setAttribute('stroke-width', '2.5');
  line.style.stroke = `var(--vscode-charts-${colour ?? otherwise})`;
  root.append(line);
  return root;
}
