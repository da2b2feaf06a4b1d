// The ranking panel's host over a small dataset in memory, made of the extension's own session and server.
import type { ToWebview } from '../../../src/protocol/panels.ts';
import { rankingContract, type LabelingMode } from '../../../src/protocol/rankingPanel.ts';
import type { Ranking } from '../../../src/protocol/records.ts';
import type { RankingSource, RankingTask } from '../../../src/host/labeling/rankingSource.ts';
import { RankingSession } from '../../../src/host/rankingSession.ts';
import { PanelServer } from '../../../src/host/webviewPanelServer.ts';

/** Markup that would run if it were ever taken for HTML. */
export const hostile = '<img src=x onerror="document.title=\'broken\'"> <script>1</script>';

const guideline =
  '# What to prefer\n\n1. **Helpful** first: does it answer?\n2. Then _true_.\n\n| rank | means |\n|---|---|\n| 1 | best |\n';

const tasks: readonly RankingTask[] = [
  {
    promptId: 'p1',
    prompt: 'What does an otter eat, and where does it sleep?\nAnswer in two sentences.',
    category: 'open_qa',
    why: 'Fewest labels so far.',
    completions: [
      'An otter eats fish and crabs. It sleeps in a den by the river, which is called a holt.',
      'What does a fox eat? What does a hare eat? Where does the owl sleep?',
      'Otters eat. They sleep.',
      'An otter eats fish, crabs and frogs, and sometimes birds.\n\nIt sleeps in a holt: a den dug into the bank of a river, often under the roots of an old tree, where the water cannot reach it even in spring.',
    ].map((text, at) => ({ id: `model-${at}/p1`, text, model: `model-${at}` })),
  },
  {
    promptId: 'p2',
    prompt: `Rewrite this politely: ${hostile}`,
    category: 'rewrite',
    why: 'Fewest labels so far.',
    completions: [hostile, '**Bold** [link](command:x) \u202Egnimaerc', 'Third 🦦 مرحبا'].map(
      (text, at) => ({ id: `model-${at}/p2`, text, model: `model-${at}` }),
    ),
  },
  {
    promptId: 'p3',
    prompt: 'List nine animals of the forest.',
    category: 'brainstorming',
    why: 'Nobody has ranked it.',
    completions: Array.from({ length: 9 }, (_, at) => ({
      id: `model-${at}/p3`,
      model: `model-${at}`,
      text: `Fox, hare, owl, otter, badger, deer, boar, marten and wren, said model ${at + 1}.`,
    })),
  },
];

/** The host and what it has saved. */
export interface RankingHost {
  readonly saved: Ranking[];
  /** What the editor would keep over a reload. */
  readonly memory: Map<string, unknown>;
  /** The next saves fail with this error, as on a full disk. */
  failure: Error | undefined;
  receive(message: unknown): void;
}

/** Makes a host; `post` sends to the webview. `memory` is what an earlier host has left. */
export function rankingHost(
  post: (message: ToWebview) => void,
  memory = new Map<string, unknown>(),
  mode: LabelingMode = 'rank',
): RankingHost {
  const saved: Ranking[] = [];
  const done = () => new Set(saved.map(({ promptId }) => promptId));
  const source: RankingSource = {
    labeler: () => Promise.resolve('ada'),
    nextTask: ({ promptId, except = [], completionIds, count = 9 }) => {
      const task =
        promptId === undefined
          ? tasks.find((each) => !done().has(each.promptId) && !except.includes(each.promptId))
          : tasks.find((each) => each.promptId === promptId);
      if (task === undefined) return Promise.resolve(undefined);
      const completions =
        completionIds === undefined
          ? task.completions.slice(0, count)
          : task.completions.filter(({ id }) => completionIds.includes(id));
      return Promise.resolve({ ...task, completions });
    },
    claim: () => Promise.resolve(true),
    release: () => Promise.resolve(),
    whyEmpty: () => Promise.resolve('Everything is ranked: all tasks for you are done.'),
    protocol: () => ({ mode, reveal: true }),
    guideline: () => Promise.resolve({ version: '2+12ab34cd', markdown: guideline }),
    progress: () =>
      Promise.resolve({
        done: done().size,
        total: tasks.length,
        left: tasks.length - done().size,
      }),
    save: (ranking) => {
      if (host.failure !== undefined) return Promise.reject(host.failure);
      saved.push(ranking);
      return Promise.resolve();
    },
  };
  let count = 0;
  const session = new RankingSession({
    source,
    memory: {
      get: (key) => memory.get(key),
      update: (key, value) => {
        memory.set(key, value);
        return Promise.resolve();
      },
    },
    now: () => Date.UTC(2026, 10, 21),
    newId: () => `r${++count}`,
    random: () => 0.999, // leaves the order as it is
  });
  const nothing = () => ({});
  const server = new PanelServer(
    rankingContract,
    {
      snapshot: () => session.snapshot(),
      draft: ({ task, draft }) => session.draft(task, draft).then(nothing),
      save: ({ task, draft }) => session.save(task, draft).then(nothing),
      skip: ({ task, draft, reason }) => session.skip(task, draft, reason).then(nothing),
      back: () => session.back().then((reopened) => ({ reopened })),
      mode: ({ mode: to }) => session.mode(to).then(nothing),
      guideline: () => session.guideline(),
      command: () => Promise.resolve({}),
    },
    post,
    () => undefined,
  );
  const host: RankingHost = {
    saved,
    memory,
    failure: undefined,
    receive: (message) => void server.receive(message),
  };
  return host;
}
