/** Metrics of runs as a table for spreadsheets and notebooks. */
import type { RunView } from '../../protocol/runFold.ts';

/**
 * CSV (RFC 4180) with a header: `run`, `step`, `seconds` at work, and a column a metric; a cell is
 * empty where a metric was not written. Numbers are as exact as they were written.
 */
export function metricsCsv(
  runs: readonly { readonly id: string; readonly view: RunView }[],
): string {
  const names = [...new Set(runs.flatMap(({ view }) => [...view.metrics.keys()]))];
  const rows = [['run', 'step', 'seconds', ...names]];
  for (const { id, view } of runs) {
    const byStep = new Map<number, { readonly seconds: number; readonly cells: string[] }>();
    names.forEach((name, column) => {
      const series = view.metrics.get(name);
      series?.steps.forEach((step, at) => {
        const row = byStep.get(step) ?? {
          seconds: series.seconds[at],
          cells: names.map(() => ''),
        };
        byStep.set(step, row);
        row.cells[column] = String(series.values[at]);
      });
    });
    for (const [step, { seconds, cells }] of [...byStep].sort(([a], [b]) => a - b)) {
      rows.push([id, String(step), String(seconds), ...cells]);
    }
  }
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Quoted where it must be; a name that a spreadsheet would take for a formula loses its power. */
function cell(text: string): string {
  const safe = /^[=+@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
