/** Reports for people: blocks, what they say, and the formats they are written in. */
import type { EvaluationComparison, EvaluationReport } from '../../protocol/evaluationReport.ts';
import type { Block } from './block.ts';
import { comparisonBlocks } from './comparisonBlocks.ts';
import { evaluationBlocks } from './evaluationBlocks.ts';
import { blocksHtml } from './html.ts';
import { blocksMarkdown } from './markdown.ts';

export { percent } from './block.ts';
export { headline, sliceName, withInterval } from './evaluationBlocks.ts';
export { modelName } from './modelName.ts';
export { subjectOf, verdict } from './subject.ts';

/** A report in the two formats that people read. */
export interface WrittenReport {
  readonly title: string;
  readonly markdown: string;
  /** A whole file without scripts or outside references. */
  readonly html: string;
}

/** An evaluation, or two of them compared, for people. */
export function writeReport(of: EvaluationReport | EvaluationComparison): WrittenReport {
  if ('before' in of) {
    return written(`${of.before.run} and ${of.after.run}`, comparisonBlocks(of));
  }
  return written(`Evaluation ${of.run}`, evaluationBlocks(of));
}

function written(title: string, blocks: readonly Block[]): WrittenReport {
  return { title, markdown: blocksMarkdown(blocks), html: blocksHtml(title, blocks) };
}
