/** The guideline that labelers follow: a Markdown file of the project, known by a version. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { InstructError } from '../../protocol/errors.ts';

/** A guideline as it stands now. */
export interface Guideline {
  /** Recorded with every ranking: changes with every change of the text. */
  readonly version: string;
  readonly markdown: string;
}

/**
 * Reads the guideline of a project; undefined when the file is not there. The version is the one
 * that the text's front matter declares (`version: 3` between two lines `---`), then `+` and the
 * first eight digits of the SHA-256 of the text; without a declared version, the digits alone.
 * @param file relative to the project
 * @throws InstructError `bad-argument` when the file lies outside the project
 */
export async function readGuideline(
  projectPath: string,
  file: string,
): Promise<Guideline | undefined> {
  const full = path.resolve(projectPath, file);
  if (!full.startsWith(path.resolve(projectPath) + path.sep)) {
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t`The guideline "${file}" lies outside the project.`,
      remedy: l10n.t('Name a file of the project in "labeling.guideline" of instruct.json.'),
    });
  }
  let text: string;
  try {
    text = await readFile(full, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
  return parseGuideline(text);
}

/** A guideline's version and its text without the front matter. */
export function parseGuideline(text: string): Guideline {
  const digest = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
  const short = digest.slice(0, 8);
  const front = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(text);
  const declared = /^version:\s*["']?([^"'\r\n]*?)["']?\s*$/m.exec(front?.[1] ?? '')?.[1] ?? '';
  return {
    version: declared === '' ? short : `${declared}+${short}`,
    markdown: front === null ? text : text.slice(front[0].length),
  };
}
