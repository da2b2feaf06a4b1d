/**
 * Which few-shot prefix the prompted base gets: the one whose completions the reward model scores
 * highest on validation prompts, as the paper's contest between its authors was decided (appendix B).
 */
import * as z from 'zod';
import { modelInput, promptText, Random } from '../../data/index.ts';
import type { Prompt } from '../../protocol/records.ts';
import {
  cutFewShot,
  fewShotPrefixes,
  fewShotText,
  type FewShotPrefix,
  type World,
} from '../../world/index.ts';
import type { EvalModels } from './evalModels.ts';

/** How many prefixes compete. */
export const contestants = 4;
/** How many validation prompts they compete on, at most. */
export const contestPrompts = 64;

/** The prefixes of the world, the first one being what is used without a contest. */
export function prefixes(world: World): FewShotPrefix[] {
  return fewShotPrefixes(world, contestants);
}

/** A prefix as it is kept in a run's folder. */
export const prefixSchema = z.object({
  prefix: z.string(),
  before: z.string(),
  after: z.string(),
  stop: z.array(z.string()).readonly(),
});

const shotsPerPrefix = 3;
/** Longer demonstrations, in characters with their prompts, are examples only where there are no others. */
const shortShot = 300;

/** Prefixes of a project's own demonstrations, to choose from; none where there are too few. */
export function demonstrationPrefixes(
  demonstrations: readonly { readonly prompt: string; readonly completion: string }[],
  seed: number,
): z.infer<typeof prefixSchema>[] {
  const length = ({ prompt, completion }: (typeof demonstrations)[number]): number =>
    prompt.length + completion.length;
  const byLength = [...demonstrations].sort((a, b) => length(a) - length(b));
  const short = byLength.filter((one) => length(one) <= shortShot);
  const pool = short.length < shotsPerPrefix ? byLength.slice(0, shotsPerPrefix) : short;
  if (pool.length < shotsPerPrefix) return [];
  const random = new Random(`demonstration prefixes ${seed}`);
  return Array.from({ length: contestants }, () => {
    const left = [...pool];
    const shots = Array.from({ length: shotsPerPrefix }, () => {
      const [shot] = left.splice(random.integer(left.length), 1);
      return `Question: ${shot.prompt.trim()}\nAnswer: ${shot.completion.trim()}\n\n`;
    });
    return {
      prefix: shots.join(''),
      before: 'Question: ',
      after: '\nAnswer:',
      stop: ['\nQuestion:', '\nAnswer:'],
    };
  });
}

/** The mean score of the base's completions behind a prefix. */
export async function contestScore(
  models: EvalModels,
  prefix: FewShotPrefix,
  prompts: readonly Prompt[],
  name: string,
): Promise<number> {
  const texts = prompts.map(promptText);
  const written = await models.write(
    'base',
    texts.map((text) => fewShotText(prefix, text)),
    `prefix ${name}`,
  );
  const cut = written.map(({ completion, finish }) => cutFewShot(prefix, completion, finish));
  const scores = await models.score(texts.map(modelInput), cut);
  const finite = scores.filter(Number.isFinite);
  return finite.reduce((sum, score) => sum + score, 0) / Math.max(1, finite.length);
}

/** The index of the winner; the first one before there are scores. */
export function winnerOf(scores: readonly number[]): number {
  return Math.max(0, scores.indexOf(Math.max(...scores)));
}
