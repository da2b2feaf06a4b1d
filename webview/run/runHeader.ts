/** What a run is and how far it is, with the buttons that act on it. */
import * as l10n from '@vscode/l10n';
import type { RunAction } from '../../src/protocol/panels.ts';
import type { RunState, Stage } from '../../src/protocol/run.ts';
import type { RunView } from '../../src/protocol/runFold.ts';
import { button, element } from '../components/element.ts';
import { duration, number } from './inWords.ts';

/** A run's stage in words. */
export const stageLabels = {
  pretrain: l10n.t('Pre-training'),
  sft: 'SFT',
  rm: l10n.t('Reward model'),
  ppo: 'PPO',
  dpo: 'DPO',
  expert: l10n.t('Expert iteration'),
  sample: l10n.t('Sampling'),
  rank: l10n.t('Ranking'),
  eval: l10n.t('Evaluation'),
  pipeline: l10n.t('Whole loop'),
} as const satisfies Record<Stage, string>;

/** A run's state in words. */
export const stateLabels = {
  created: l10n.t('Starting'),
  queued: l10n.t('Queued'),
  running: l10n.t('Running'),
  paused: l10n.t('Paused'),
  stopped: l10n.t('Stopped'),
  interrupted: l10n.t('Interrupted'),
  failed: l10n.t('Failed'),
  finished: l10n.t('Finished'),
} as const satisfies Record<RunState, string>;

const actionsByState = {
  created: ['stop'],
  queued: ['stop'],
  running: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  stopped: ['resume'],
  interrupted: ['resume'],
  failed: ['resume'],
  finished: [],
} as const satisfies Record<RunState, readonly RunAction[]>;

/** What the buttons say, and what the line beside them says once the host has done its part. */
const actions = {
  stop: { label: l10n.t('Stop'), asked: l10n.t('Stopping after this step…') },
  pause: { label: l10n.t('Pause'), asked: l10n.t('Pausing after this step…') },
  resume: { label: l10n.t('Resume'), asked: l10n.t('Resuming…') },
  log: { label: l10n.t('Open Log'), asked: '' },
} as const satisfies Record<RunAction, unknown>;

/** The facts about a run that do not change. */
export interface RunFacts {
  readonly id: string;
  readonly stage: Stage;
  readonly created: string;
  readonly models: Readonly<Record<string, string>>;
}

/** See the file's header. */
export class RunHeader {
  readonly root = element('header');
  readonly #act: (action: RunAction) => Promise<void>;
  readonly #state = element('span', { class: 'badge state' });
  readonly #bar = element('progress', { max: 1, value: 0, 'aria-label': l10n.t('Steps done') });
  readonly #line = element('span', { class: 'quiet' });
  readonly #asked = element('span', { class: 'quiet', role: 'status' });
  readonly #buttons = element('div', { class: 'actions' });
  #shown: RunState | undefined;

  /** `act` does what a button says; it rejects when that fails. */
  constructor(facts: RunFacts, act: (action: RunAction) => Promise<void>) {
    this.#act = act;
    const models = Object.entries(facts.models).map(([role, folder]) => `${role} ${folder}`);
    const when = facts.created === '' ? [] : [new Date(facts.created).toLocaleString()];
    this.root.append(
      element(
        'div',
        { class: 'title' },
        element(
          'h1',
          {},
          `${stageLabels[facts.stage]} `,
          element('span', { class: 'quiet' }, facts.id),
        ),
        this.#state,
      ),
      element('p', { class: 'quiet text' }, [...models, ...when].join(' · ')),
      element('p', { class: 'progress-line' }, this.#bar, this.#line),
      this.#buttons,
    );
  }

  /** Shows the state and the progress. Buttons are made anew only when the state changes. */
  update(state: RunState, view: RunView): void {
    const { step, totalSteps, message, secondsLeft, child } = view;
    this.#bar.max = Math.max(1, totalSteps);
    this.#bar.value = step;
    const live = state === 'running' || state === 'created' || state === 'queued';
    const parts = [
      totalSteps === 0
        ? l10n.t('No step yet')
        : l10n.t`Step ${number(step)} of ${number(totalSteps)}`,
      ...(live && secondsLeft !== undefined ? [l10n.t`${duration(secondsLeft)} left`] : []),
      ...(state === 'finished' ? took(view) : []),
      ...(live && message !== undefined ? [message] : []),
      ...(live && child !== undefined ? [l10n.t`now in ${child}`] : []),
    ];
    this.#line.textContent = parts.join(' · ');
    if (state === this.#shown) return;
    this.#shown = state;
    this.#state.textContent = stateLabels[state];
    this.#state.dataset['state'] = state;
    this.#asked.textContent = '';
    this.#buttons.replaceChildren(
      ...[...actionsByState[state], 'log' as const].map((action) => this.#button(action)),
      this.#asked,
    );
  }

  #button(action: RunAction): HTMLButtonElement {
    const { label, asked } = actions[action];
    const made = button(
      label,
      () => {
        made.disabled = action !== 'log';
        this.#asked.textContent = asked;
        void this.#act(action).catch(() => {
          made.disabled = false;
          this.#asked.textContent = '';
        });
      },
      { primary: action === 'resume' },
    );
    return made;
  }
}

function took({ startedAt, updatedAt }: RunView): string[] {
  if (startedAt === undefined || updatedAt === undefined) return [];
  return [l10n.t`took ${duration((updatedAt - startedAt) / 1000)}`];
}
