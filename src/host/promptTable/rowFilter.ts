/**
 * The search of the prompt table: words that must stand in the prompt, `field:value` for any field
 * of the record (its own or one that only this file has), quotes around spaces, `-` for "not".
 * `is:problem` finds lines that are no prompts.
 */

/** A line as the search sees it. */
export interface SearchedRow {
  /** The prompt, or the line itself where it is none. */
  readonly text: string;
  /** The record's fields; undefined for a line that is no record. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly isProblem: boolean;
}

/** Whether a row is wanted. Upper and lower case are the same; all terms must hold. */
export type RowFilter = (row: SearchedRow) => boolean;

const termPattern = /(-?)(?:([\p{L}\p{N}_.]+):)?(?:"([^"]*)"?|(\S+))/gu;

/** The filter of a search; an empty search wants every row. */
export function rowFilter(search: string): RowFilter {
  const terms = [...search.matchAll(termPattern)].map((match) => {
    const quoted = match.at(3);
    const holds = term(match.at(2), quoted ?? match.at(4) ?? '', quoted !== undefined);
    return { wanted: match.at(1) === '', holds };
  });
  return (row) => terms.every(({ wanted, holds }) => holds(row) === wanted);
}

function term(field: string | undefined, value: string, exact: boolean): RowFilter {
  const sought = value.toLowerCase();
  if (field === undefined) return ({ text }) => text.toLowerCase().includes(sought);
  if (field === 'is') return ({ isProblem }) => isProblem === (sought === 'problem');
  return ({ fields }) => {
    const found = fields?.[field];
    const values: readonly unknown[] = Array.isArray(found) ? found : [found];
    return values.some((each) => {
      if (each === undefined || each === null) return sought === 'none';
      const written = typeof each === 'string' ? each : JSON.stringify(each);
      return exact ? written.toLowerCase() === sought : written.toLowerCase().includes(sought);
    });
  };
}
