// The sample project as a user gets it: by the command line's own `init`.
import { runNode } from '../stages/stage.ts';

/**
 * Fills an empty or missing folder with the sample project and the embedded base model. Needs the built trainer.
 * @throws Error with the command's own message when that fails
 */
export async function createSampleProject(folder: string): Promise<void> {
  const { code, output } = await runNode('dist/trainer.mjs', ['init', folder], { log: 'init' });
  if (code !== 0) throw new Error(`instruct-studio init ${folder}: ${output.trim()}`);
}
