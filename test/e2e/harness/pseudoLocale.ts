// A language that nobody speaks, in letters with accents: whatever stays plain was never looked up.
import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { pseudoLanguage } from '../../../scripts/sentences.ts';
import { root } from '../../../scripts/stages/stage.ts';

/** Its name, by custom. */
export const pseudoLocale = 'qps-ploc';

const sentencesSchema = z.record(z.string(), z.string());
const shared = ['package.json', 'media', 'schemas', 'docs'];

/**
 * A copy of the extension, in `folder`, that has this language; of the installed one where there is a folder of extensions.
 * @returns the copy's folder
 */
export async function pseudoExtension(
  folder: string,
  extensionsDir: string | undefined,
): Promise<string> {
  const from = extensionsDir === undefined ? root : await installedIn(extensionsDir);
  const copy = path.join(folder, 'extension');
  await mkdir(path.join(copy, 'l10n'), { recursive: true });
  for (const name of shared) await symlink(path.join(from, name), path.join(copy, name));
  // No link: the editor knows an extension by the place of its code.
  for (const name of ['extension.cjs', 'webview']) {
    await cp(path.join(from, 'dist', name), path.join(copy, 'dist', name), { recursive: true });
  }
  for (const name of ['package.nls', path.join('l10n', 'bundle.l10n')]) {
    const plain = await readFile(path.join(from, `${name}.json`), 'utf8');
    const translated = pseudoLanguage(sentencesSchema.parse(JSON.parse(plain)));
    await writeFile(path.join(copy, `${name}.json`), plain);
    await writeFile(path.join(copy, `${name}.${pseudoLocale}.json`), JSON.stringify(translated));
  }
  return copy;
}

async function installedIn(extensionsDir: string): Promise<string> {
  const names = await readdir(extensionsDir);
  const own = names.find((name) => name.startsWith('instruct-studio'));
  if (own === undefined) throw new Error(`${extensionsDir} has no extension of ours`);
  return path.join(extensionsDir, own);
}

/** Run in the page before the workbench, which then takes this language and tells the extension host. */
export function useLanguage(locale: string): void {
  Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: locale });
}

/** A sentence in the language; its values stay as they are. */
export function inPseudo(sentence: string): string {
  return z.string().parse(pseudoLanguage({ sentence })['sentence']);
}

/** The words of a text that are in plain letters. */
export function plainWords(text: string): string[] {
  const words = text.match(/[\p{L}\p{M}]{2,}/gu) ?? [];
  return words.filter((word) => /^[A-Za-z]+$/.test(word));
}
