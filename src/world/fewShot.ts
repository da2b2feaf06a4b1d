/** The "prompted" baseline: the base model after a prefix in the form of the web's question pages. */
import { Random } from '../data/random.ts';
import { drawTask } from './families.ts';
import type { World } from './world.ts';

/** How the base model is prompted, and where its answer ends. */
export interface FewShotPrefix {
  /** Stands before everything. */
  readonly prefix: string;
  /** Stands between the prefix and the prompt's text. */
  readonly before: string;
  /** Stands after the prompt's text; the completion follows. */
  readonly after: string;
  /** The completion is cut before the first of these, and then counts as ended by itself. */
  readonly stop: readonly string[];
}

/** Different prefixes to choose from: three short questions with right answers, of the train split. */
export function fewShotPrefixes(world: World, count: number): FewShotPrefix[] {
  return Array.from({ length: count }, (_, i) =>
    drawPrefix(world, new Random(i === 0 ? 'few-shot prefix' : `few-shot prefix ${String(i)}`)),
  );
}

function drawPrefix(world: World, rng: Random): FewShotPrefix {
  const shots = (['open_qa', 'generation', 'brainstorming'] as const).map((category) => {
    for (;;) {
      const task = drawTask(world, rng, category, 'train');
      const asked = task.ask(rng);
      const answer = task.answer(rng);
      if (
        asked.length + answer.length < 72 &&
        !answer.includes('\n') &&
        task.spec.constraint === null
      )
        return `Question: ${asked}\nAnswer: ${answer}\n`;
    }
  });
  return {
    prefix: shots.join(''),
    before: 'Question: ',
    after: '\nAnswer:',
    stop: ['\nQuestion:', '\nAnswer:'],
  };
}

/** The text that the prompted base model is given for a prompt. */
export function fewShotText(shots: FewShotPrefix, prompt: string): string {
  return shots.prefix + shots.before + prompt + shots.after;
}

/** The answer in what the prompted base model wrote, and whether it came to an end. */
export function cutFewShot(
  shots: FewShotPrefix,
  written: string,
  finish: 'stop' | 'length',
): { completion: string; finish: 'stop' | 'length' } {
  const ends = shots.stop.map((stop) => written.indexOf(stop)).filter((at) => at >= 0);
  if (ends.length === 0) return { completion: written.trim(), finish };
  return { completion: written.slice(0, Math.min(...ends)).trim(), finish: 'stop' };
}
