/** What stands at one step: its values, its marks, and the ways from there. */
import * as l10n from '@vscode/l10n';
import type { RunView } from '../../src/protocol/runFold.ts';
import { button, element } from '../components/element.ts';
import { visibleText } from '../components/visibleText.ts';
import { nearest } from './curve.ts';
import { duration, number } from './inWords.ts';
import type { Mark } from './marks.ts';

/** Where one can go from a step. */
export interface StepActions {
  readonly showSamples: (step: number) => void;
  /** Undefined when the run keeps no episodes. */
  readonly showEpisodes: ((step: number) => void) | undefined;
  readonly close: () => void;
}

/** A card that is hidden while no step is chosen. */
export class StepDetail {
  readonly root = element('section', {
    class: 'step',
    'aria-label': l10n.t('Chosen step'),
    hidden: true,
  });

  /** Shows a step of a run with the marks that were clicked, or those at the step. */
  show(step: number, view: RunView, marks: readonly Mark[], actions: StepActions): void {
    const values = [...view.metrics].flatMap(([name, { steps, values }]) => {
      const at = nearest(steps, step);
      return at === -1 ? [] : [{ name, step: steps[at], value: values[at] }];
    });
    const first = [...view.metrics.values()].at(0);
    const seconds = first?.seconds.at(nearest(first.steps, step));
    const title = [
      l10n.t`Step ${number(step)}`,
      ...(seconds === undefined ? [] : [l10n.t`${duration(seconds)} at work`]),
    ].join(' · ');
    const ways: HTMLElement[] = [];
    if (marks.some(({ kind }) => kind === 'sample')) {
      ways.push(button(l10n.t('Show Samples'), () => actions.showSamples(step)));
    }
    const { showEpisodes } = actions;
    if (showEpisodes !== undefined)
      ways.push(button(l10n.t('Show Episodes'), () => showEpisodes(step)));
    this.root.replaceChildren(
      element('h2', {}, title),
      element(
        'ul',
        { class: 'marks' },
        ...marks.map((mark) =>
          element(
            'li',
            { class: 'text' },
            visibleText(
              mark.step === step ? mark.text : l10n.t`Step ${number(mark.step)}: ${mark.text}`,
            ),
          ),
        ),
      ),
      element(
        'dl',
        {},
        ...values.map((each) =>
          element(
            'div',
            {},
            element('dt', {}, each.name),
            element(
              'dd',
              {},
              number(each.value),
              each.step === step ? '' : ` ${l10n.t`(step ${each.step})`}`,
            ),
          ),
        ),
      ),
      element('div', { class: 'actions' }, ...ways, button(l10n.t('Close'), actions.close)),
    );
    this.root.hidden = false;
  }

  hide(): void {
    this.root.hidden = true;
  }
}
