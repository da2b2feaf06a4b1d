/** Settling where labelers contradict each other. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { contestedPrompts } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { RankingPanels } from '../rankingPanel.ts';

/** Asks for a prompt whose rankings contradict each other, and opens it to be ranked for good. */
export async function settleDisagreement(
  project: ProjectFolder,
  ranking: RankingPanels,
): Promise<void> {
  const dataset = await project.expectDataset();
  const contested = await contestedPrompts(dataset.entries('rankings'));
  if (contested.length === 0) {
    throw new InstructError({
      code: 'empty-dataset',
      message: l10n.t(
        'No prompt has rankings that contradict each other, so there is nothing to settle.',
      ),
      remedy: l10n.t(
        'Have two labelers rank the same prompts: see "labelersPerPrompt" in instruct.json.',
      ),
    });
  }
  const items = contested.map((each) => ({
    label: dataset.promptById(each.promptId)?.text.slice(0, 120) ?? each.promptId,
    description: l10n.t`${each.disagreed} of ${each.compared} contradict`,
    detail: each.reason,
    each,
  }));
  const title = l10n.t('Settle Disagreement');
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
  if (chosen === undefined) return;
  const { promptId, rankings, reason } = chosen.each;
  const completionIds = [...new Set(rankings.flatMap(({ shown }) => shown))].slice(0, 9);
  const adjudicates = rankings.map(({ id }) => id);
  await ranking.open(promptId, { adjudicates, completionIds, why: reason });
}
