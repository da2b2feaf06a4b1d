/** What happened in a run besides numbers, as marks along its steps. */
import * as l10n from '@vscode/l10n';
import type { RunView } from '../../src/protocol/runFold.ts';

/** Kinds of marks, the more urgent first: a group of marks looks like its most urgent one. */
export const markKinds = ['warning', 'sample', 'checkpoint'] as const;
/** One of {@link markKinds}. */
export type MarkKind = (typeof markKinds)[number];

/** One thing that happened at a step. */
export interface Mark {
  readonly kind: MarkKind;
  readonly step: number;
  /** A sentence for people. */
  readonly text: string;
}

/** Marks so near to each other that they share one place. */
export interface MarkGroup {
  readonly kind: MarkKind;
  /** Of the first mark. */
  readonly step: number;
  readonly marks: readonly Mark[];
}

/** Every mark of a run in the order of their steps. Completions of one step make one mark. */
export function marksOf({ warnings, checkpoints, samples }: RunView): Mark[] {
  const counts = new Map<number, number>();
  for (const { step } of samples) counts.set(step, (counts.get(step) ?? 0) + 1);
  const marks: Mark[] = [
    ...warnings.map(({ step, message, remedy }) => ({
      kind: 'warning' as const,
      step: step ?? 0,
      text: remedy === undefined ? message : `${message} ${remedy}`,
    })),
    ...[...counts].map(([step, count]) => ({
      kind: 'sample' as const,
      step,
      text:
        count === 1
          ? l10n.t('A completion was sampled.')
          : l10n.t`${count} completions were sampled.`,
    })),
    ...checkpoints.map(({ step, path }) => ({
      kind: 'checkpoint' as const,
      step,
      text: l10n.t`Checkpoint ${path}`,
    })),
  ];
  return marks.sort((a, b) => a.step - b.step);
}

/**
 * Groups marks that would stand less than `apart` from the first of their group, where `place`
 * says where a mark stands; those that have no place are left out.
 */
export function groupMarks(
  marks: readonly Mark[],
  place: (mark: Mark) => number | undefined,
  apart: number,
): MarkGroup[] {
  const groups: { kind: MarkKind; step: number; at: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    const at = place(mark);
    if (at === undefined) continue;
    const last = groups.at(-1);
    if (last === undefined || at - last.at >= apart) {
      groups.push({ kind: mark.kind, step: mark.step, at, marks: [mark] });
      continue;
    }
    last.marks.push(mark);
    if (markKinds.indexOf(mark.kind) < markKinds.indexOf(last.kind)) last.kind = mark.kind;
  }
  return groups;
}
