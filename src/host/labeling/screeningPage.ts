/** A screening test's result as a Markdown page. */
import * as l10n from '@vscode/l10n';
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
    `# ${l10n.t`Screening of ${plainText(candidate)}`}`,
    l10n.t`Against ${researchers.map(plainText).join(', ')}, by the paper’s four criteria (appendix B.1).`,
    markdownTable([
      [l10n.t('criterion'), l10n.t('measured'), l10n.t('cutoff'), l10n.t('on'), l10n.t('verdict')],
      row(l10n.t('1. Agreement on sensitive flags'), flagAgreement, percent),
      row(l10n.t('2. Agreement on rankings'), rankingAgreement, percent),
      row(l10n.t('3. Rating of sensitive demonstrations, 1 to 7'), demonstrationRating, rating),
      [
        l10n.t('4. Sensitive speech that they can judge, by own account'),
        topics || '–',
        '',
        '',
        '',
      ],
    ]),
    result.meetsCutoffs
      ? l10n.t('**Meets the cutoffs.** They are soft, and the choice is yours.')
      : l10n.t('**Does not meet all cutoffs.** They are soft, and the choice is yours.'),
    '',
  ].join('\n\n');
}

function row(name: string, one: Criterion, show: (value: number) => string): string[] {
  const verdict =
    one.passed === null ? l10n.t('not measured') : one.passed ? l10n.t('met') : l10n.t('not met');
  const value = one.value === null ? '–' : show(one.value);
  return [name, value, show(one.cutoff), String(one.count), verdict];
}
