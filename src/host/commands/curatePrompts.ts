/**
 * Curation in the editor: a step proposes, the user looks at every proposal and leaves out what is
 * to stay, and only what was looked at is changed. The work is the command line's.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { curationSteps, type CurationStep, type Dataset } from '../../data/index.ts';
import { curationReplySchema, type CurationProposal } from '../../protocol/curation.ts';
import { cancellable } from '../cancellable.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { AskStudio } from '../studioCommand.ts';
import { counted } from '../counted.ts';
import { oneLine } from '../views/treeNode.ts';

const stepWords = {
  duplicates: [l10n.t('Remove Duplicates'), l10n.t('prompts that begin with 200 equal characters')],
  cap: [l10n.t('Cap Prompts per User'), l10n.t('at most 200 of each, as the paper has it')],
  splits: [l10n.t('Assign Splits'), l10n.t('by user, so that nobody is in two')],
  'personal-data': [
    l10n.t('Mask Personal Data'),
    l10n.t('in the training split; every find is shown'),
  ],
  categories: [l10n.t('Suggest Categories'), l10n.t('the paper’s ten, by rules')],
  languages: [l10n.t('Detect Languages'), ''],
} as const satisfies Record<CurationStep, readonly [string, string]>;

const doneWords = {
  duplicates: (prompts) => l10n.t`${prompts} removed.`,
  cap: (prompts) => l10n.t`${prompts} removed.`,
  splits: (prompts) => l10n.t`${prompts} put into splits.`,
  'personal-data': (prompts) => l10n.t`${prompts} masked.`,
  categories: (prompts) => l10n.t`${prompts} categorised.`,
  languages: (prompts) => l10n.t`${prompts} marked with their language.`,
} as const satisfies Record<CurationStep, (prompts: string) => string>;

interface Reviewed extends vscode.QuickPickItem {
  readonly promptId?: string;
}

/** See the file's header. `argument` may name the step. */
export async function curatePrompts(
  project: ProjectFolder,
  ask: AskStudio,
  argument: unknown,
): Promise<void> {
  const step = curationSteps.find((each) => each === argument) ?? (await chooseStep());
  if (step === undefined) return;
  const [title] = stepWords[step];
  const argv = ['curate', '--project', project.path, '--step', step, '--summary'];
  const { proposals } = await working(title, ask, argv);
  if (proposals.length === 0) {
    void vscode.window.showInformationMessage(l10n.t`${title}: nothing to change.`);
    return;
  }
  const items = reviewItems(await project.expectDataset(), proposals);
  const chosen = await vscode.window.showQuickPick(items, {
    title: l10n.t`${title}: ${counted(proposals.length, 'prompt')}; leave out what is to stay`,
    canPickMany: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  const ids = chosen?.flatMap(({ promptId }) => promptId ?? []) ?? [];
  if (ids.length === 0) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'instruct-curate-'));
  try {
    const list = path.join(folder, 'ids.json');
    await writeFile(list, JSON.stringify(ids));
    const done = await working(title, ask, [...argv, '--apply', '--only', list]);
    await project.refresh();
    const words = doneWords[step](counted(done.proposals.length, 'prompt'));
    void vscode.window.showInformationMessage(words);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function chooseStep(): Promise<CurationStep | undefined> {
  const items = curationSteps.map((step) => {
    const [label, description] = stepWords[step];
    return { label, description, step };
  });
  const title = l10n.t('Curate Prompts');
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.step;
}

/** One row a proposal, chosen at first; prompts that are proposed for one reason stand together. */
function reviewItems(dataset: Dataset, proposals: readonly CurationProposal[]): Reviewed[] {
  const groups = Map.groupBy(proposals, ({ group }) => group ?? '');
  return [...groups].flatMap(([group, members]) => {
    const kept = dataset.promptById(group);
    const head: Reviewed[] =
      kept === undefined
        ? []
        : [
            {
              label: l10n.t`like “${oneLine(kept.text, 60)}”, which stays`,
              kind: vscode.QuickPickItemKind.Separator,
            },
          ];
    const rows = members.map(({ id, file, line, why }): Reviewed => ({
      label: oneLine(dataset.promptById(id)?.text ?? id, 100),
      detail: oneLine(`${file}:${line} ${why}`, 300),
      picked: true,
      promptId: id,
    }));
    return [...head, ...rows];
  });
}

function working(
  title: string,
  ask: AskStudio,
  argv: readonly string[],
): Promise<{ readonly proposals: readonly CurationProposal[] }> {
  return cancellable(`${title}…`, (signal) => ask({ argv, answer: curationReplySchema, signal }));
}
