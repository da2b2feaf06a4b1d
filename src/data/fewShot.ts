/** Few-shot prompts: an instruction with K query/response pairs (paper, section 3.2). */

/** A query and what is to be answered to it. */
export interface QueryResponse {
  readonly query: string;
  readonly response: string;
}

/** An example to be trained on: what is asked, and what is to be written. */
export interface FewShotExample {
  readonly prompt: string;
  readonly completion: string;
}

/**
 * K pairs make K examples: each asks the query of one pair after the instruction and the other K − 1
 * pairs in their order, and is completed by its own response, which its prompt does not hold. Pairs of
 * one line each stand as `query -> response`, others in blocks.
 */
export function fewShotExamples(
  instruction: string,
  pairs: readonly QueryResponse[],
): FewShotExample[] {
  const inLines = pairs.every(({ query, response }) => !/\n/.test(query + response));
  const write = inLines ? writeLines : writeBlocks;
  return pairs.map(({ query, response }, i) => ({
    prompt: write(
      instruction,
      pairs.filter((_, other) => other !== i),
      query,
    ),
    completion: response,
  }));
}

type Write = (instruction: string, context: readonly QueryResponse[], asked: string) => string;

const writeLines: Write = (instruction, context, asked) =>
  [
    instruction,
    ...context.map(({ query, response }) => `${query} -> ${response}`),
    `${asked} ->`,
  ].join('\n');

const writeBlocks: Write = (instruction, context, asked) =>
  [
    instruction,
    ...context.map(({ query, response }) => `Query:\n${query}\nResponse:\n${response}`),
    `Query:\n${asked}\nResponse:`,
  ].join('\n\n');
