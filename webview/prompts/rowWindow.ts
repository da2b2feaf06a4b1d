/**
 * Which rows are in the page. Rows have one height, so a position is a multiplication; a browser
 * cannot lay out more than some ten million pixels, so a longer table scrolls in proportion.
 */

/** What is in sight of a table. */
export interface RowWindow {
  /** The height of the scrolled area, in pixels. */
  readonly heightPx: number;
  /** The first row that is drawn, and how many. */
  readonly first: number;
  readonly count: number;
  /** Where the first drawn row stands in the scrolled area, in pixels. */
  readonly topPx: number;
}

const tallestPx = 8_000_000;
/** Rows drawn beyond the edges, so that a small scroll shows no gap. */
const margin = 8;

/** The window of a table of `total` rows, scrolled by `scrollPx` in a view of `viewPx`. */
export function rowWindow(
  total: number,
  rowPx: number,
  viewPx: number,
  scrollPx: number,
): RowWindow {
  const fullPx = total * rowPx;
  const heightPx = Math.min(fullPx, tallestPx);
  const room = Math.max(1, heightPx - viewPx);
  const fullRoom = Math.max(0, fullPx - viewPx);
  const share = Math.min(1, Math.max(0, scrollPx / room));
  const hiddenPx = fullPx <= tallestPx ? Math.min(scrollPx, fullRoom) : share * fullRoom;
  const first = Math.max(0, Math.floor(hiddenPx / rowPx) - margin);
  const count = Math.max(0, Math.min(total - first, Math.ceil(viewPx / rowPx) + 2 * margin));
  return { heightPx, first, count, topPx: scrollPx - (hiddenPx - first * rowPx) };
}

/** How far to scroll so that a row is in sight; the present scroll where it is already. */
export function scrollTo(
  row: number,
  total: number,
  rowPx: number,
  viewPx: number,
  scrollPx: number,
): number {
  const fullPx = total * rowPx;
  const scale = fullPx <= tallestPx ? 1 : (tallestPx - viewPx) / Math.max(1, fullPx - viewPx);
  const above = row * rowPx * scale;
  const below = Math.max(0, ((row + 1) * rowPx - viewPx) * scale);
  if (scrollPx > above) return above;
  return Math.max(scrollPx, below);
}
