/** The project's records as the panels for ranking and demonstrations see them. */
import * as l10n from '@vscode/l10n';
import {
  hash,
  recordFileOf,
  upcomingDemonstrations,
  upcomingTasks,
  type CompletionEntry,
  type Dataset,
  type PromptEntry,
  type RankingQueueOptions,
  type Upcoming,
} from '../../data/index.ts';
import type { Demonstration, Ranking } from '../../protocol/records.ts';
import type { DemonstrationSource, DemonstrationTask } from '../demonstrationSession.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { readGuideline } from './guideline.ts';
import { TaskLeases } from './taskLeases.ts';
import type {
  LabelingProgress,
  RankingSource,
  RankingTask,
  RankingTaskRequest,
} from './rankingSource.ts';

/** What the queues need from outside. */
export interface QueueSurroundings {
  /** The open project. Throws `InstructError('not-a-project')` without one. */
  readonly project: () => ProjectFolder;
  readonly labeler: () => Promise<string>;
  /** Names this window among those of the project. */
  readonly window: string;
}

/** How the queue of a labeler chooses in this project. */
export function queueOptions(
  project: ProjectFolder,
  labeler: string,
  except: readonly string[] = [],
): RankingQueueOptions {
  const { labeling } = project.expectProject();
  const { queue, completionsPerPrompt } = labeling;
  return {
    policy: queue,
    assignment: labeling,
    completionsPerPrompt,
    // Labelers who start together go different ways, and each always the same one.
    seed: hash(labeler),
    exclude: new Set(except),
  };
}

/** The queue of completions to be ranked. */
export function rankingSource({ project, labeler, window }: QueueSurroundings): RankingSource {
  const leases = new TaskLeases(() => project().path, window, Date.now);
  // Several labelers may rank one prompt: a task is a prompt and a labeler.
  const taskOf = async (promptId: string): Promise<string> => `rank/${await labeler()}/${promptId}`;
  return {
    labeler,
    claim: async (promptId) => leases.claim(await taskOf(promptId)),
    release: async (promptId) => leases.release(await taskOf(promptId)),
    nextTask: async (request) => {
      const folder = project();
      const dataset = await folder.expectDataset();
      const who = await labeler();
      const all = queueOptions(folder, who, request.except);
      const options =
        request.count === undefined ? all : { ...all, completionsPerPrompt: request.count };
      if (request.promptId !== undefined) {
        return taskOfPrompt(dataset, request.promptId, request, options.completionsPerPrompt);
      }
      const task = (await upcomingTasks(dataset, who, options, 1)).tasks.at(0);
      return task === undefined
        ? undefined
        : rankingTask(task.prompt, task.completions, task.reason);
    },
    progress: async () => {
      const folder = project();
      const dataset = await folder.expectDataset();
      const who = await labeler();
      return progressOf(await upcomingTasks(dataset, who, queueOptions(folder, who), 1));
    },
    whyEmpty: async () => {
      const folder = project();
      const dataset = await folder.expectDataset();
      const who = await labeler();
      return (await upcomingTasks(dataset, who, queueOptions(folder, who), 1)).empty;
    },
    protocol: () => {
      const { mode, reveal } = project().expectProject().labeling;
      return { mode, reveal };
    },
    guideline: () => {
      const folder = project();
      return readGuideline(folder.path, folder.expectProject().labeling.guideline);
    },
    save: async (ranking: Ranking) => {
      await project().append('rankings', ranking.labeler, ranking);
    },
  };
}

/** The queue of prompts that want a demonstration. */
export function demonstrationSource({
  project,
  labeler,
}: Omit<QueueSurroundings, 'window'>): DemonstrationSource {
  return {
    get projectPath() {
      return project().path;
    },
    labeler,
    nextTask: async ({ promptId, except }) => {
      const folder = project();
      const dataset = await folder.expectDataset();
      if (promptId !== undefined) {
        const prompt = dataset.promptById(promptId);
        if (prompt === undefined) return undefined;
        const written = dataset.demonstrationsOf(promptId).length;
        return demonstrationTask(prompt, demonstratedSoFar(written));
      }
      const who = await labeler();
      const options = queueOptions(folder, who, except);
      const task = (await upcomingDemonstrations(dataset, who, options, 1)).tasks.at(0);
      return task === undefined ? undefined : demonstrationTask(task.prompt, task.reason);
    },
    progress: async () => {
      const folder = project();
      const dataset = await folder.expectDataset();
      const who = await labeler();
      return progressOf(await upcomingDemonstrations(dataset, who, queueOptions(folder, who), 1));
    },
    save: async (demonstration: Demonstration) => {
      const { labeler: owner } = demonstration;
      return (await project().append('demonstrations', owner, demonstration)).file;
    },
    written: async () => {
      const dataset = await project().expectDataset();
      const who = await labeler();
      // What another file holds is revised there: its id would stand twice.
      const own = recordFileOf('demonstrations', who);
      return [...dataset.entries('demonstrations')]
        .filter(({ file, labeler: writer }) => file === own && writer === who)
        .sort((a, b) => b.line - a.line)
        .map(({ id, promptId, completion }) => {
          const prompt = dataset.promptById(promptId)?.text ?? promptId;
          return { id, promptId, prompt, completion };
        });
    },
    original: async (id: string) => {
      const dataset = await project().expectDataset();
      const entry = dataset.demonstrationById(id);
      if (entry === undefined) throw new Error(`original: expected a demonstration, got "${id}"`);
      return (await dataset.readRecord<'demonstrations'>('demonstrations', entry)).record;
    },
  };
}

function taskOfPrompt(
  dataset: Dataset,
  promptId: string,
  { completionIds }: RankingTaskRequest,
  completionsPerPrompt: number,
): RankingTask | undefined {
  const prompt = dataset.promptById(promptId);
  if (prompt === undefined) return undefined;
  const all = dataset.completionsOf(promptId);
  const chosen =
    completionIds === undefined
      ? different(all).slice(0, completionsPerPrompt)
      : all.filter(({ id }) => completionIds.includes(id));
  return chosen.length < 2
    ? undefined
    : rankingTask(prompt, chosen, rankedSoFar(dataset.rankingsOf(promptId).length));
}

// Why a prompt that was not the queue's choice is worth it: how often it has been labeled.
function rankedSoFar(times: number): string {
  if (times === 0) return l10n.t('Not yet ranked by anyone.');
  return times === 1 ? l10n.t('Has been ranked once.') : l10n.t`Has been ranked ${times} times.`;
}

function demonstratedSoFar(times: number): string {
  if (times === 0) return l10n.t('Not yet demonstrated by anyone.');
  return times === 1
    ? l10n.t('Has been demonstrated once.')
    : l10n.t`Has been demonstrated ${times} times.`;
}

function different(completions: readonly CompletionEntry[]): CompletionEntry[] {
  const byText = new Map(completions.map((completion) => [completion.completion, completion]));
  return [...byText.values()];
}

function rankingTask(
  prompt: PromptEntry,
  completions: readonly CompletionEntry[],
  why: string,
): RankingTask {
  return {
    ...demonstrationTask(prompt, why),
    completions: completions.map(({ id, completion, model }) => ({ id, text: completion, model })),
  };
}

function demonstrationTask(prompt: PromptEntry, why: string): DemonstrationTask {
  const { id, text, category } = prompt;
  return { promptId: id, prompt: text, why, ...(category === undefined ? {} : { category }) };
}

function progressOf({ done, remaining }: Upcoming<unknown>): LabelingProgress {
  return { done, total: done + remaining, left: remaining };
}
