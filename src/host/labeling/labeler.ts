/** Who labels on this machine. */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';

/** What is known of the person at the keyboard, the strongest first. */
export interface LabelerHints {
  /** The setting `instruct.labeler`. */
  readonly setting: string;
  /** `labeling.labeler` of `instruct.json`. */
  readonly project: string | undefined;
  /** Asked only when the others are silent. */
  readonly git: () => Promise<string | undefined>;
  readonly systemUser: () => string;
}

/** A name that can stand in records and name a file: lower case, letters, digits, `.`, `_`, `-`. */
export function labelerSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 64);
}

/** The labeler's name for the records, never empty. */
export async function resolveLabeler(hints: LabelerHints): Promise<string> {
  for (const name of [hints.setting, hints.project ?? '']) {
    const slug = labelerSlug(name);
    if (slug !== '') return slug;
  }
  const git = labelerSlug((await hints.git()) ?? '');
  if (git !== '') return git;
  const user = labelerSlug(hints.systemUser());
  return user === '' ? 'labeler' : user;
}

/** The git user name in force in a folder; undefined without git or a name. */
export function gitUserName(folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['config', 'user.name'], { cwd: folder, timeout: 3000 }, (error, stdout) => {
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : undefined);
    });
  });
}

/** The name of the user of this machine. */
export function systemUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return ''; // a container's user without an entry: the caller has a last word
  }
}
