/** A screening test's result as a Markdown page. */
import {
  markdownTable,
  plainText,
  type Criterion,
  type ScreeningResult,
} from '../../data/index.ts';

/** The page of one candidate; the names are of labelers. */
export function screeningPage(
  candidate: string,
  researchers: readonly string[],
  result: ScreeningResult,
): string {
  const { flagAgreement, rankingAgreement, demonstrationRating, selfAssessedTopics } = result;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const rating = (value: number): string => value.toFixed(2);
  const topics = selfAssessedTopics.map(plainText).join(', ');
  return [
    `# Screening of ${plainText(candidate)}`,
    `Against ${researchers.map(plainText).join(', ')}, by the paper’s four criteria (appendix B.1).`,
    markdownTable([
      ['criterion', 'measured', 'cutoff', 'on', 'verdict'],
      row('1. Agreement on sensitive flags', flagAgreement, percent),
      row('2. Agreement on rankings', rankingAgreement, percent),
      row('3. Rating of sensitive demonstrations, 1 to 7', demonstrationRating, rating),
      ['4. Sensitive speech that they can judge, by own account', topics || '–', '', '', ''],
    ]),
    result.meetsCutoffs
      ? '**Meets the cutoffs.** They are soft, and the choice is yours.'
      : '**Does not meet all cutoffs.** They are soft, and the choice is yours.',
    '',
  ].join('\n\n');
}

function row(name: string, one: Criterion, show: (value: number) => string): string[] {
  const verdict = one.passed === null ? 'not measured' : one.passed ? 'met' : 'not met';
  const value = one.value === null ? '–' : show(one.value);
  return [name, value, show(one.cutoff), String(one.count), verdict];
}
