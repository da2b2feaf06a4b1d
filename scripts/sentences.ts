// The sentences of the editor's UI, as a translator gets them: `l10n/bundle.l10n.json` is made of these.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { getL10nJson, getL10nPseudoLocalized, type l10nJsonFormat } from '@vscode/l10n-dev';
import { type Hyperparameter, hyperparameters } from '../src/protocol/hyperparameters.ts';
import { presets } from '../src/protocol/presets.ts';
import { strengths } from '../src/protocol/rankingPanel.ts';
import {
  categoryLabels,
  conditionQuestions,
  flagQuestions,
  skipReasons,
} from '../src/protocol/words.ts';
import { root } from './stages/stage.ts';

/** Words of the contract, which reports and the command line say in English: `l10n.t` is given them by name. */
const words: readonly string[] = [
  ...Object.values(categoryLabels),
  ...[...Object.values(flagQuestions), ...Object.values(conditionQuestions)].map(
    ({ label }) => label,
  ),
  ...strengths,
  ...skipReasons,
  ...Object.values(presets).map(({ description }) => description),
  ...Object.values<Readonly<Record<string, Hyperparameter>>>(hyperparameters).flatMap((rows) =>
    Object.values(rows).map(({ description }) => description),
  ),
];

const lookUp = "import * as l10n from '@vscode/l10n';";
const imports = /^import \* as \w+ from '(?:@vscode\/l10n|vscode)';$/gm;

/** Every sentence by itself, in the order of the alphabet. */
export async function allSentences(): Promise<Record<string, string>> {
  const files = [...(await sourcesIn('src')), ...(await sourcesIn('webview'))];
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
  // As one script: the exporter compiles its queries anew for each file, which takes a tenth of a second.
  const contents = [lookUp, ...texts.map((text) => text.replaceAll(imports, ''))].join('\n');
  const exported = Object.keys(await getL10nJson([{ extension: '.ts', contents }]));
  const keys = [...new Set([...exported, ...words])].sort();
  return Object.fromEntries(keys.map((key) => [key, key]));
}

/** A language that nobody speaks, in letters with accents: what stays plain bypasses the look-up. */
export function pseudoLanguage(sentences: Readonly<Record<string, string>>): l10nJsonFormat {
  return getL10nPseudoLocalized({ ...sentences });
}

async function sourcesIn(folder: string): Promise<string[]> {
  const names = await readdir(path.join(root, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name))
    .sort();
}
