/**
 * People as judges: the answers become completions of the project, are ranked blind in the editor like
 * any others, and the rankings are read back.
 */
import { outcome } from '../../data/index.ts';
import type { Completion, Ranking } from '../../protocol/records.ts';
import type { JudgedPrompt } from '../reports/evaluationFile.ts';
import type { Judge, Preference, Rated } from './judge.ts';

/** The id of a model's answer among the project's completions. */
export function answerId(run: string, promptId: string, model: string): string {
  return `${run}.${model}.${promptId}`;
}

/** The answers of an evaluation as completions to be ranked. */
export function answersAsCompletions(
  run: string,
  prompts: readonly JudgedPrompt[],
  created: string,
): Completion[] {
  return prompts.flatMap(({ promptId, completions }) =>
    Object.entries(completions).map(([model, { completion, finish }]) => ({
      id: answerId(run, promptId, model),
      promptId,
      completion,
      model: { name: `${run}:${model}` },
      finish,
      created,
    })),
  );
}

/** Judges by the rankings that hold answers of this run; each labeler's last one of a prompt counts. */
export function humanJudge(run: string, rankings: Iterable<Ranking>): Judge {
  const last = new Map<string, Ranking>();
  for (const ranking of rankings) {
    if (ranking.deleted === true || ranking.skipped !== undefined) continue;
    last.set(JSON.stringify([ranking.promptId, ranking.labeler]), ranking);
  }
  return (prompts, baseline) => {
    const preferences: Preference[] = [];
    const ratings: Rated[] = [];
    const labelers = new Set<string>();
    const byPrompt = Map.groupBy(last.values(), ({ promptId }) => promptId);
    for (const { promptId, completions } of prompts) {
      for (const { ranking, ratings: rated = {}, labeler } of byPrompt.get(promptId) ?? []) {
        const rankOf = (model: string): number =>
          ranking.findIndex((group) => group.includes(answerId(run, promptId, model)));
        const theirs = rankOf(baseline);
        for (const model of Object.keys(completions)) {
          const ours = rankOf(model);
          if (ours === -1) continue;
          labelers.add(labeler);
          const id = answerId(run, promptId, model);
          const rating = Object.hasOwn(rated, id) ? rated[id] : {};
          ratings.push({
            model,
            ...(rating.overall === undefined ? {} : { likert: rating.overall }),
            flags: rating.flags ?? {},
          });
          if (model !== baseline && theirs !== -1) {
            preferences.push({ promptId, model, outcome: outcome(theirs, ours) });
          }
        }
      }
    }
    const names = [...labelers].sort().join(', ');
    return Promise.resolve({ preferences, ratings, notes: [`Labelers: ${names || 'none yet'}.`] });
  };
}
