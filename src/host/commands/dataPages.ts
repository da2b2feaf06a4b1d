/** Pages that the command line makes: the paper's tables of the dataset, and labelers' agreement. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { cancellable } from '../cancellable.ts';
import type { Pages } from '../pages.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { AskStudio } from '../studioCommand.ts';

const answer = z.object({ markdown: z.string() });

/** Opens the paper's tables in the editor's own Markdown preview. */
export function showStatistics(
  project: ProjectFolder,
  ask: AskStudio,
  pages: Pages,
): Promise<void> {
  const title = l10n.t('Statistics');
  const about = l10n.t(
    'The paper’s tables, over this project; lengths in tokens of the base model.',
  );
  return pages.show(title, async () => {
    const tables = await markdownOf(l10n.t('Counting tokens…'), ask, [
      'stats',
      '--project',
      project.path,
    ]);
    return `# ${title}\n\n${about}\n\n${tables}\n`;
  });
}

/** Opens the labelers' agreement in the editor's own Markdown preview. */
export function showAgreement(project: ProjectFolder, ask: AskStudio, pages: Pages): Promise<void> {
  const argv = ['agreement', '--project', project.path];
  return pages.show(l10n.t('Agreement'), () =>
    markdownOf(l10n.t('Comparing rankings…'), ask, argv),
  );
}

async function markdownOf(title: string, ask: AskStudio, argv: readonly string[]): Promise<string> {
  const { markdown } = await cancellable(title, (signal) =>
    ask({ argv: [...argv, '--markdown'], answer, signal }),
  );
  return markdown;
}
