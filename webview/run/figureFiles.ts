/** A laid-out figure as the bytes of a file. */
import type { Figure, Piece } from './figure.ts';

const fontFamily = 'system-ui, sans-serif';
const fontSize = 12;

/** The figure as SVG 1.1, in UTF-8. A single point becomes a dot. */
export function toSvg({ width, height, background, pieces }: Figure): Uint8Array<ArrayBuffer> {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${fontFamily}" font-size="${fontSize}">`,
    `<rect width="100%" height="100%" fill="${escape(background)}"/>`,
    ...pieces.map(svgOf),
    '</svg>',
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

/**
 * The figure as PNG at twice its size in pixels, for sharp print.
 * @throws Error when the browser has no memory for a canvas of that size
 */
export async function toPng(figure: Figure): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * figure.width;
  canvas.height = 2 * figure.height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('toPng: the canvas has no 2D context');
  context.scale(2, 2);
  context.fillStyle = figure.background;
  context.fillRect(0, 0, figure.width, figure.height);
  for (const piece of figure.pieces) paint(context, piece);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('toPng: the picture is too large for this browser');
  return new Uint8Array(await blob.arrayBuffer());
}

function svgOf(piece: Piece): string {
  const { colour } = piece;
  if (piece.kind === 'text') {
    const weight = piece.bold ? ' font-weight="600"' : '';
    const place = `x="${round(piece.x)}" y="${round(piece.y)}" text-anchor="${piece.align}"`;
    return `<text ${place} fill="${escape(colour)}"${weight}>${escape(piece.text)}</text>`;
  }
  const { points, width, dash, opacity } = piece;
  if (points.length === 1) {
    const [[x, y]] = points;
    return `<circle cx="${round(x)}" cy="${round(y)}" r="2.5" fill="${escape(colour)}"/>`;
  }
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
  const see = opacity === 1 ? '' : ` stroke-opacity="${opacity}"`;
  return `<polyline points="${path}" fill="none" stroke="${escape(colour)}" stroke-width="${width}"${dashes}${see}/>`;
}

function paint(context: CanvasRenderingContext2D, piece: Piece): void {
  context.fillStyle = piece.colour;
  if (piece.kind === 'text') {
    context.font = `${piece.bold ? '600 ' : ''}${fontSize}px ${fontFamily}`;
    context.textAlign = piece.align === 'middle' ? 'center' : piece.align;
    context.fillText(piece.text, piece.x, piece.y);
    return;
  }
  context.beginPath();
  if (piece.points.length === 1) {
    const [[x, y]] = piece.points;
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.globalAlpha = piece.opacity;
  context.strokeStyle = piece.colour;
  context.lineWidth = piece.width;
  context.setLineDash([...piece.dash]);
  for (const [x, y] of piece.points) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escape(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
