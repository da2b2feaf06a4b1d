/** The files that the trainer writes of an evaluation, read with care: they may be anybody's. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';
import {
  evaluationComparisonSchema,
  evaluationReportName,
  evaluationReportSchema,
  type EvaluationComparison,
  type EvaluationReport,
} from '../../protocol/evaluationReport.ts';

/** Where the report of a run is. */
export function reportPath(runFolder: string): string {
  return path.join(runFolder, `${evaluationReportName}.json`);
}

/** Whether a run has a report; only evaluations do. */
export function hasReport(runFolder: string): boolean {
  return existsSync(reportPath(runFolder));
}

/**
 * A report, or a comparison of two.
 * @throws InstructError `missing-file` or `bad-run`, naming the file.
 */
export async function readReport(file: string): Promise<EvaluationReport | EvaluationComparison> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const remedy = l10n.t('Make it with “Instruct: Open Evaluation Report”.');
    const message = l10n.t`${named(file)} cannot be read: ${String(cause)}.`;
    throw unreadable(file, 'missing-file', message, remedy, cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const remedy = l10n.t('Write it again with “instruct-studio report”.');
    throw unreadable(file, 'bad-run', l10n.t`${named(file)} is no JSON.`, remedy, cause);
  }
  const comparison = evaluationComparisonSchema.safeParse(value);
  if (comparison.success) return comparison.data;
  const report = evaluationReportSchema.safeParse(value);
  if (report.success) return report.data;
  const [issue] = report.error.issues;
  const why = `"${issue.path.join('.')}": ${issue.message}`;
  const message = l10n.t`${named(file)} is no evaluation report of this version (${why}).`;
  const remedy = l10n.t('Write it again with “instruct-studio report”, or open it as text.');
  throw unreadable(file, 'bad-run', message, remedy);
}

function named(file: string): string {
  return l10n.t`${path.basename(file)} of ${path.basename(path.dirname(file))}`;
}

function unreadable(
  file: string,
  code: 'bad-run' | 'missing-file',
  message: string,
  remedy: string,
  cause?: unknown,
): InstructError {
  return new InstructError({ code, message, remedy, place: { path: file } }, { cause });
}
