/** Word by word: what of one text is not in the other. */
import { diffWordsWithSpace } from 'diff';

/** A run of words that stand in both texts, or in one of them only. */
export interface WordRun {
  readonly text: string;
  readonly in: 'both' | 'left' | 'right';
}

/** Two texts that have so little in common are not worth a longer search. */
const patienceMs = 500;

/** The words of two texts, in order; undefined where the texts are too long and too different. */
export function wordRuns(left: string, right: string): WordRun[] | undefined {
  const changes: ReturnType<typeof diffWordsWithSpace> | undefined = diffWordsWithSpace(
    left,
    right,
    { timeout: patienceMs },
  );
  return changes?.map(({ value, added, removed }) => ({
    text: value,
    in: added ? 'right' : removed ? 'left' : 'both',
  }));
}
