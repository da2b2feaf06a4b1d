/** Which runs learned from records, or from models, that are others now. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { digestFiles } from '../../data/index.ts';
import type { RunSpec } from '../../protocol/run.ts';

/** Digests of a project's files, worked out again only when a file has changed. */
export class FileDigests {
  private readonly projectPath: string;
  private readonly known = new Map<string, { version: string; digest: Promise<string | null> }>();

  constructor(projectPath: string) {
    this.projectPath = projectPath;
  }

  /** SHA-256 in hex of a file, by its path from the project; null for one that is gone. */
  async of(file: string): Promise<string | null> {
    const found = await stat(path.join(this.projectPath, file)).catch(() => null);
    if (found === null) return null;
    const version = `${found.size} ${found.mtimeMs}`;
    const known = this.known.get(file);
    if (known?.version === version) return known.digest;
    const digest = digestFiles(this.projectPath, [file]).then(
      ([{ sha256 }]) => sha256,
      () => null, // it went meanwhile
    );
    this.known.set(file, { version, digest });
    return digest;
  }

  /** The files of records in a folder of the project, by their paths from it. */
  async filesIn(folder: string): Promise<string[]> {
    const names = await readdir(path.join(this.projectPath, folder)).catch(() => []);
    return names.filter((name) => name.endsWith('.jsonl')).map((name) => `${folder}/${name}`);
  }
}

/** As much of a run as is asked. */
export interface DatedRun {
  readonly id: string;
  readonly spec: RunSpec | undefined;
}

/**
 * By run id, why its result is out of date: files of records that have changed, come or gone since it
 * was made, or a model of another run that is out of date itself. New completions alone date nothing
 * that learned from rankings: they are not ranked yet.
 */
export async function outOfDate(
  runs: readonly DatedRun[],
  digests: FileDigests,
): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  for (const { id, spec } of runs) {
    if (spec === undefined || spec.stage === 'pipeline') continue;
    const changed = await changedInputs(spec, digests);
    if (changed.length === 0) continue;
    const named = changed.slice(0, 2).join(', ');
    reasons.set(
      id,
      changed.length === 1
        ? l10n.t`${named} has changed since`
        : changed.length === 2
          ? l10n.t`${named} have changed since`
          : l10n.t`${named} and ${changed.length - 2} more have changed since`,
    );
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const { id, spec } of runs) {
      if (spec === undefined || spec.stage === 'pipeline' || reasons.has(id)) continue;
      const source = Object.values(spec.models)
        .map((model) => /^runs\/([^/]+)\//.exec(model)?.at(1))
        .find((run) => run !== undefined && reasons.has(run));
      if (source === undefined) continue;
      reasons.set(id, l10n.t`made from ${source}, which is out of date`);
      grown = true;
    }
  }
  return reasons;
}

async function changedInputs({ inputs }: RunSpec, digests: FileDigests): Promise<string[]> {
  const learnsFromRankings = inputs.some(({ path: file }) => file.startsWith('rankings/'));
  const counts = (file: string): boolean =>
    !(learnsFromRankings && file.startsWith('completions/'));
  const changed: string[] = [];
  const listed = new Set(inputs.map(({ path: file }) => file));
  for (const { path: file, sha256 } of inputs) {
    if (counts(file) && (await digests.of(file)) !== sha256) changed.push(file);
  }
  const folders = new Set(inputs.map(({ path: file }) => path.posix.dirname(file)));
  for (const folder of folders) {
    for (const file of await digests.filesIn(folder)) {
      if (counts(file) && !listed.has(file)) changed.push(file);
    }
  }
  return changed;
}
