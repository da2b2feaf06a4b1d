/** The paper's tables of the dataset as a page; their tokens are counted by the command line. */
import * as z from 'zod';
import { cancellable } from '../cancellable.ts';
import type { Pages } from '../pages.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { AskStudio } from '../studioCommand.ts';

const answer = z.object({ markdown: z.string() });

/** Opens the page in the editor's own Markdown preview. */
export function showStatistics(
  project: ProjectFolder,
  ask: AskStudio,
  pages: Pages,
): Promise<void> {
  const argv = ['stats', '--project', project.path, '--markdown'];
  return pages.show('Statistics', async () => {
    const { markdown } = await cancellable('Counting tokens…', (signal) =>
      ask({ argv, answer, signal }),
    );
    return `# Statistics\n\nThe paper’s tables, over this project; lengths in tokens of the base model.\n\n${markdown}\n`;
  });
}
