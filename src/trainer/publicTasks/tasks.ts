/** The public tasks by the names that the command line takes. */
import { squad, summaries, translation } from './answeredTexts.ts';
import { crowsPairs, winogender } from './biasTasks.ts';
import { hellaSwag, truthfulQaChoice } from './multipleChoiceTasks.ts';
import type { PublicTask } from './publicTask.ts';
import { realToxicity } from './realToxicity.ts';
import { truthfulQa } from './truthfulQa.ts';

/** See the file's header. */
export const publicTasks: ReadonlyMap<string, PublicTask> = new Map([
  ['truthfulqa', truthfulQa],
  ['truthfulqa-mc', truthfulQaChoice],
  ['hellaswag', hellaSwag],
  ['squad', squad],
  ['translation', translation],
  ['summaries', summaries],
  ['winogender', winogender],
  ['crows-pairs', crowsPairs],
  ['real-toxicity', realToxicity],
]);
