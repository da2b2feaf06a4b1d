/** The paper's screening test of a new labeler, asked for step by step and shown as a page. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { screenCandidate, type Dataset } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { screeningPage } from '../labeling/screeningPage.ts';
import type { Pages } from '../pages.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { oneLine } from '../views/treeNode.ts';

/** Asks who is screened against whom, for ratings of demonstrations, and shows the result. */
export async function screenLabeler(project: ProjectFolder, pages: Pages): Promise<void> {
  const dataset = await project.expectDataset();
  const labelers = [...dataset.counts().rankings.byLabeler.keys()].sort();
  if (labelers.length < 2) {
    throw new InstructError({
      code: 'empty-dataset',
      message: l10n.t(
        'Screening compares a candidate’s rankings with a researcher’s, and only one has any.',
      ),
      remedy: l10n.t(
        'Have both rank the same prompts, by "Rate each, then rank" so that flags are given.',
      ),
    });
  }
  const candidate = await vscode.window.showQuickPick(labelers, {
    title: l10n.t('Screen Labeler (1/4): the Candidate'),
  });
  if (candidate === undefined) return;
  const researchers = await vscode.window.showQuickPick(
    labelers.filter((name) => name !== candidate),
    { title: l10n.t('Screen Labeler (2/4): the Researchers'), canPickMany: true },
  );
  if (researchers === undefined || researchers.length === 0) return;
  const ratings = await rateDemonstrations(dataset, candidate);
  if (ratings === undefined) return;
  const topics = await vscode.window.showInputBox({
    title: l10n.t('Screen Labeler (4/4): Topics'),
    prompt: l10n.t(
      'Groups or topics whose sensitive speech the candidate can judge, by own account',
    ),
    placeHolder: l10n.t('separated by commas; may be empty'),
  });
  if (topics === undefined) return;
  await pages.show(l10n.t`Screening of ${candidate}`, async () => {
    const result = await screenCandidate(await project.expectDataset(), {
      candidate,
      researchers,
      demonstrationRatings: ratings,
      selfAssessedTopics: topics.split(',').flatMap((topic) => topic.trim() || []),
    });
    return screeningPage(candidate, researchers, result);
  });
}

/** A researcher's ratings of the candidate's demonstrations that are chosen; undefined: given up. */
async function rateDemonstrations(
  dataset: Dataset,
  candidate: string,
): Promise<number[] | undefined> {
  const items = [...dataset.entries('demonstrations')]
    .filter(({ labeler }) => labeler === candidate)
    .map(({ promptId, completion }) => ({
      label: oneLine(dataset.promptById(promptId)?.text ?? promptId, 120),
      detail: oneLine(completion, 400),
    }));
  if (items.length === 0) return [];
  const chosen = await vscode.window.showQuickPick(items, {
    title: l10n.t('Screen Labeler (3/4): Demonstrations to Rate, for Sensitive Prompts'),
    canPickMany: true,
  });
  if (chosen === undefined) return undefined;
  const ratings: number[] = [];
  for (const [at, { label, detail }] of chosen.entries()) {
    const rating = await vscode.window.showQuickPick(['7', '6', '5', '4', '3', '2', '1'], {
      title: l10n.t('Demonstration {0} of {1}: {2}', at + 1, chosen.length, label),
      placeHolder: detail,
    });
    if (rating === undefined) return undefined;
    ratings.push(Number(rating));
  }
  return ratings;
}
