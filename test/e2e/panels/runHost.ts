// The run panel's host over a run in memory: real events, folded by the protocol's own fold.
import { createRunFold, type RunView } from '../../../src/protocol/runFold.ts';
import { packRunView } from '../../../src/protocol/runViewData.ts';
import { runContract, type RunAction, type ToWebview } from '../../../src/protocol/panels.ts';
import type { RolloutRecord } from '../../../src/protocol/rollouts.ts';
import type { RunEvent, RunState } from '../../../src/protocol/run.ts';
import { PanelServer } from '../../../src/host/webviewPanelServer.ts';

/** The host, and what the panel asked of it. */
export interface RunHost {
  readonly asked: RunAction[];
  /** Files that the panel asked to save. */
  readonly saved: { readonly name: string; readonly bytes: Uint8Array }[];
  /** The run writes; the panel is told. */
  write(...events: RunEvent[]): void;
  /** A run that is drawn over this one writes. */
  writeOther(id: string, ...events: RunEvent[]): void;
  /** The run begins anew with these events. */
  restart(events: readonly RunEvent[]): void;
  turn(state: RunState): void;
  receive(message: unknown): void;
}

/** Two episodes as a PPO run keeps them, their numbers by hand. */
const episodes: RolloutRecord[] = ['It sleeps.', 'It swims fast.'].map((completion, episode) => {
  const tokens = completion.split(/(?= )/);
  const list = (from: number): number[] => tokens.map((_, at) => from + at * (at % 2 ? -0.5 : 1));
  return {
    iteration: 10,
    episode,
    promptId: `p${episode}`,
    prompt: 'What does the otter do?',
    completion,
    score: 1.5 + episode,
    ended: episode === 0,
    kl: 0.75 - 0.5 * episode,
    tokens,
    logprobs: list(-2),
    refLogprobs: list(-2.5),
    kls: list(0.5),
    values: list(0.25),
    rewards: list(-0.05),
    advantages: list(1),
  };
});

/** Makes a host of a PPO run; `post` sends to the webview. `others` can be drawn over it. */
export function runHost(
  post: (message: ToWebview) => void,
  others: ReadonlyMap<string, RunView> = new Map(),
): RunHost {
  const saved: RunHost['saved'] = [];
  let fold = createRunFold();
  const asked: RunAction[] = [];
  let state: RunState = 'running';
  const server: PanelServer<typeof runContract> = new PanelServer(
    runContract,
    {
      snapshot: () =>
        Promise.resolve({
          sequence: server.sequence,
          id: '2026-11-21-ppo-1',
          stage: 'ppo' as const,
          created: '2026-11-21T08:00:00.000Z',
          models: { policy: 'runs/2026-11-20-sft-1/model', reward: 'runs/2026-11-20-rm-1/model' },
          parts: [],
          state,
          view: packRunView(fold.view),
        }),
      others: () =>
        Promise.resolve({
          runs: [...others.keys()].map((id) => ({ id, stage: 'ppo', state: 'finished' }) as const),
        }),
      overlay: ({ ids }) =>
        Promise.resolve({
          runs: ids.flatMap((id) => {
            const other = others.get(id);
            return other === undefined ? [] : [{ id, view: packRunView(other) }];
          }),
        }),
      episodes: ({ iteration }) =>
        Promise.resolve({ iterations: [10, 20], iteration: iteration < 15 ? 10 : 20, episodes }),
      saveCsv: () => {
        saved.push({ name: 'csv', bytes: new Uint8Array() });
        return Promise.resolve({});
      },
      saveFigure: ({ format, bytes }) => {
        saved.push({ name: format, bytes });
        return Promise.resolve({});
      },
      act: ({ action }) => {
        asked.push(action);
        return Promise.resolve({});
      },
    },
    post,
    () => undefined,
  );
  return {
    asked,
    saved,
    write: (...events) => {
      for (const event of events) fold.apply(event);
      server.send({ type: 'events', events });
    },
    writeOther: (id, ...events) => server.send({ type: 'overlaid', id, events }),
    restart: (events) => {
      fold = createRunFold();
      for (const event of events) fold.apply(event);
      server.send({ type: 'restarted' });
    },
    turn: (to) => {
      state = to;
      server.send({ type: 'state', state });
    },
    receive: (message) => void server.receive(message),
  };
}

/** A plausible PPO step; `better` is added to its score. */
export function ppoStep(step: number, better = 0): RunEvent {
  const wave = Math.sin(step * 12.9898) * 43758.5453;
  const noise = wave - Math.floor(wave) - 0.5;
  const along = 1 - Math.exp(-step / 40);
  return {
    type: 'metrics',
    time: step * 1000,
    step,
    values: {
      'ppo/score': better - 1 + 2.5 * along + 0.4 * noise,
      'ppo/reward': -1 + 2.2 * along + 0.5 * noise,
      'ppo/kl': 6 * along + 0.8 * noise,
      'ppo/entropy': 2.5 - along + 0.1 * noise,
      'ppo/policy_loss': -0.02 * noise,
      'ppo/value_loss': 0.6 * Math.exp(-step / 30) + 0.05 + 0.04 * Math.abs(noise),
      'ppo/clip_fraction': 0.08 + 0.05 * noise,
      learning_rate: 1e-4 * Math.min(1, (step + 1) / 10),
      grad_norm: 1 + 0.6 * noise,
      tokens_per_second: 5200 + 300 * noise,
    },
  };
}
