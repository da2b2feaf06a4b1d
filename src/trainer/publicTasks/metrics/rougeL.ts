/** ROUGE-L (Lin 2004) of a summary against its reference. */
import { l as longestCommon } from 'js-rouge';

/**
 * The F-measure over the longest common subsequence of words, from 0 to 1, of the whole text as one
 * sequence. Words are runs of letters and digits in lower case, as in Google's `rouge_score` without
 * stemming, whose numbers are the ones that papers report. 0 where either text has no word.
 */
export function rougeL(text: string, reference: string): number {
  if (wordsOf(text).length === 0 || wordsOf(reference).length === 0) return 0;
  return longestCommon(text, reference, {
    beta: 1,
    tokenizer: wordsOf,
    segmenter: (whole) => [whole],
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}
