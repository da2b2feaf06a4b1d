/**
 * BLEU over a corpus (Papineni et al. 2002), with the tokens of mteval-v13a and the smoothing of
 * sacreBLEU's default, so that numbers compare with published ones. No package on npm computes the
 * corpus score: those there are average sentences, which is another measure.
 */

const longestGram = 4;

/** A translation and what it may read. */
export interface Translation {
  readonly text: string;
  readonly references: readonly string[];
}

/**
 * From 0 to 100. Precisions of one to four words are clipped by the references and pooled over the
 * corpus; a text shorter than its closest references is penalised. An order without a match counts
 * ½, ¼, … of one ("exp" smoothing); a corpus without any match of one word scores 0.
 */
export function corpusBleu(translations: readonly Translation[]): number {
  const matches = new Array<number>(longestGram).fill(0);
  const totals = new Array<number>(longestGram).fill(0);
  let length = 0;
  let referenceLength = 0;
  for (const { text, references } of translations) {
    const tokens = tokenize13a(text);
    const wanted = references.map(tokenize13a);
    length += tokens.length;
    referenceLength += closestLength(tokens.length, wanted);
    for (let order = 1; order <= longestGram; order++) {
      const own = gramsOf(tokens, order);
      const most = new Map<string, number>();
      for (const reference of wanted) {
        for (const [gram, count] of gramsOf(reference, order)) {
          most.set(gram, Math.max(count, most.get(gram) ?? 0));
        }
      }
      for (const [gram, count] of own) matches[order - 1] += Math.min(count, most.get(gram) ?? 0);
      totals[order - 1] += Math.max(0, tokens.length - order + 1);
    }
  }
  if (matches[0] === 0) return 0;
  let smoothed = 1;
  let logs = 0;
  let orders = 0;
  for (let i = 0; i < longestGram && totals[i] > 0; i++) {
    if (matches[i] === 0) smoothed *= 2;
    logs += Math.log(matches[i] === 0 ? 1 / (smoothed * totals[i]) : matches[i] / totals[i]);
    orders += 1;
  }
  if (orders < longestGram) return 0; // no text has four words: sacreBLEU's corpus score is 0 too
  const brevity = length >= referenceLength ? 1 : Math.exp(1 - referenceLength / length);
  return 100 * brevity * Math.exp(logs / longestGram);
}

/** The length nearest to the text's, the shorter of two as near. */
function closestLength(length: number, references: readonly string[][]): number {
  return references
    .map((reference) => reference.length)
    .reduce((best, one) => {
      const nearer = Math.abs(one - length) - Math.abs(best - length);
      return nearer < 0 || (nearer === 0 && one < best) ? one : best;
    }, Infinity);
}

function gramsOf(tokens: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start++) {
    const gram = tokens.slice(start, start + order).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** The tokens of mteval-v13a: punctuation apart, but not within numbers. Case is kept. */
export function tokenize13a(text: string): string[] {
  const line = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${line} `
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter((token) => token !== '');
}
