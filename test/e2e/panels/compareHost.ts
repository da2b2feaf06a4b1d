// The comparison panel's host: the extension's own session and server over a sampler that knows a few answers.
import { randomUUID } from 'node:crypto';
import { compareContract } from '../../../src/protocol/comparePanel.ts';
import type { ToWebview } from '../../../src/protocol/panels.ts';
import type { CompletionKl } from '../../../src/protocol/sampler.ts';
import type { Sampling } from '../../../src/protocol/records.ts';
import { CompareSession } from '../../../src/host/compare/compareSession.ts';
import { PanelServer } from '../../../src/host/webviewPanelServer.ts';

/** What was asked of the sampler. */
export interface Asked {
  readonly model: string;
  readonly prompt: string;
  readonly sampling: Sampling;
}

/** The host, what it was asked for and what it has saved. */
export interface CompareHost {
  readonly asked: Asked[];
  readonly saved: { readonly kind: string; readonly record: object }[];
  /** How long a completion takes. */
  pauseMs: number;
  open(view: 'all' | 'one'): void;
  receive(message: unknown): void;
}

const answers: Readonly<Record<string, string>> = {
  'models/base': 'What does a fox eat? What does a hare eat? Where does the owl sleep?',
  'runs/sft-1/checkpoints/step-40': 'An otter eats fish. What does a fox eat?',
  'runs/ppo-1/model': 'An otter eats fish and crabs. It sleeps in a den by the river.',
};

const references: Readonly<Record<string, string>> = {
  'runs/sft-1/checkpoints/step-40': 'models/gone',
  'runs/ppo-1/model': 'models/base',
};
const kls: Readonly<Record<string, CompletionKl>> = {
  'models/base': { nats: 3.16, tokens: 16 },
};
const lost: CompletionKl = { unavailable: 'There is no model in models/gone.' };

/** Makes a host with a base, a PPO model and a checkpoint of SFT; `post` sends to the webview. */
export function compareHost(post: (message: ToWebview) => void): CompareHost {
  const asked: Asked[] = [];
  const saved: CompareHost['saved'] = [];
  const session = new CompareSession({
    store: () => ({
      append: (kind: string, _owner: string, record: object) => {
        saved.push({ kind, record });
        return Promise.resolve();
      },
    }),
    sample: async ({ model, prompt, sampling, reference }, onText, signal) => {
      asked.push({ model, prompt, sampling });
      const answer = answers[model] ?? '';
      onText(answer.slice(0, 20));
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, host.pauseMs);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
      return signal.aborted
        ? { completion: '', finish: 'cancelled', logprob: 0 }
        : {
            completion: answer,
            finish: 'stop',
            logprob: -answer.length / 4,
            ...(reference === undefined ? {} : { kl: kls[reference] ?? lost }),
          };
    },
    score: (_prompt, completion) => Promise.resolve(completion.startsWith('An') ? 1.25 : -0.75),
    reference: (model) => references[model],
    labeler: () => Promise.resolve('ada'),
    changed: (cells) => server.send({ type: 'cells', cells }),
    clock: Date.now,
    newId: randomUUID,
  });
  const done = () => Promise.resolve({});
  const server: PanelServer<typeof compareContract> = new PanelServer(
    compareContract,
    {
      snapshot: () =>
        Promise.resolve({
          sequence: server.sequence,
          models: [
            { ref: 'runs/ppo-1/model', label: 'PPO', detail: 'score 1.25 · 4 MB', template: false },
            { ref: 'models/base', label: 'base', detail: 'models/base · 4 MB', template: false },
            {
              ref: 'runs/sft-1/checkpoints/step-40',
              label: 'SFT step 40',
              detail: '',
              run: 'sft-1',
              template: false,
            },
          ],
          prompts: [
            { id: 'p1', text: 'What does an otter eat, and where does it sleep?' },
            { id: 'p2', text: 'Name an animal of the river.\nOne word.' },
          ],
          sampling: { temperature: 0.7, maxTokens: 40, seed: 1 },
          cells: session.views,
        }),
      write: ({ cells }) => {
        void session.write(cells);
        return done();
      },
      stop: () => {
        session.stop();
        return done();
      },
      vote: ({ cells, preferred, bothBad, seconds }) =>
        session.vote(cells, preferred, bothBad, seconds).then(() => ({})),
      demonstrate: ({ cell, completion }) => session.demonstrate(cell, completion).then(() => ({})),
    },
    post,
    () => undefined,
  );
  const host: CompareHost = {
    asked,
    saved,
    pauseMs: 0,
    open: (view) => server.send({ type: 'view', view }),
    receive: (message) => void server.receive(message),
  };
  return host;
}
