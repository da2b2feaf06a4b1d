/** Choosing in one or several steps, with a way back; Esc leaves everything as it was. */
import * as vscode from 'vscode';

/** One thing to choose. */
export interface Choice extends vscode.QuickPickItem {
  readonly value: string;
}

/** One question. Steps that offer a single thing are answered without being asked. */
export interface Step {
  readonly placeholder: string;
  readonly choices: readonly Choice[];
}

/** The values chosen, one a step; undefined when the user gave up. */
export async function chooseInSteps(
  title: string,
  steps: readonly Step[],
): Promise<string[] | undefined> {
  const asked = steps.filter(({ choices }) => choices.length > 1);
  const answers: string[] = [];
  while (answers.length < asked.length) {
    const answer = await ask(title, asked[answers.length], answers.length + 1, asked.length);
    if (answer === undefined) return undefined;
    if (answer === 'back') answers.pop();
    else answers.push(answer.value);
  }
  return steps.map((step) =>
    step.choices.length > 1 ? (answers.shift() ?? '') : (step.choices.at(0)?.value ?? ''),
  );
}

/** Asks one question of several, the first without a way back. */
export function ask(
  title: string,
  { placeholder, choices }: Step,
  step: number,
  totalSteps: number,
): Promise<Choice | 'back' | undefined> {
  const picker = vscode.window.createQuickPick<Choice>();
  picker.title = title;
  picker.placeholder = placeholder;
  picker.items = choices;
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;
  if (totalSteps > 1) {
    picker.step = step;
    picker.totalSteps = totalSteps;
  }
  if (step > 1) picker.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const listening = [
      picker.onDidTriggerButton(() => finish('back')),
      picker.onDidAccept(() => finish(picker.selectedItems.at(0))),
      picker.onDidHide(() => finish(undefined)),
    ];
    const finish = (answer: Choice | 'back' | undefined): void => {
      for (const listener of listening) listener.dispose();
      resolve(answer);
      picker.dispose();
    };
    picker.show();
  });
}

/** Asks for any number of things; undefined when given up. The first of several steps. */
export async function askMany(
  title: string,
  { placeholder, choices, totalSteps }: Step & { readonly totalSteps: number },
): Promise<string[] | undefined> {
  const picker = vscode.window.createQuickPick<Choice>();
  picker.title = title;
  picker.placeholder = placeholder;
  picker.canSelectMany = true;
  picker.items = choices;
  picker.selectedItems = choices.filter(({ picked }) => picked === true);
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;
  picker.step = 1;
  picker.totalSteps = totalSteps;
  return new Promise((resolve) => {
    const listening = [
      picker.onDidAccept(() => finish(picker.selectedItems.map(({ value }) => value))),
      picker.onDidHide(() => finish(undefined)),
    ];
    const finish = (answer: string[] | undefined): void => {
      for (const listener of listening) listener.dispose();
      resolve(answer);
      picker.dispose();
    };
    picker.show();
  });
}
