/** A model's card: lineage, numbers, size, source and licence, and what its own README says. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { modelSourceFile, modelSourceSchema, type ModelSource } from '../../protocol/addModel.ts';
import { modelsOf } from '../commands/trainingCommands.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { modelSize } from '../runs/modelSize.ts';
import { inBytes } from '../runs/runEstimate.ts';
import type { ModelInfo } from '../views/modelCatalog.ts';
import { modelLabel } from '../views/modelNodes.ts';
import { keyFigures } from '../views/runNodes.ts';
import { chooseModel } from './chooseModel.ts';
import { usersOf } from './modelUse.ts';

/** The scheme of the cards' addresses. */
export const modelCardScheme = 'instruct-model';

/** Opens a model's card in the editor's own Markdown preview. */
export async function showModelCard(project: ProjectFolder, argument: unknown): Promise<void> {
  const model = await chooseModel(project, argument, l10n.t('Show Model Card'));
  if (model === undefined) return;
  const name = model.run?.id ?? path.posix.basename(model.ref);
  const uri = vscode.Uri.from({
    scheme: modelCardScheme,
    path: `/${name}.md`,
    query: model.ref,
  });
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}

/** Serves the cards, made anew whenever they are read. */
export function modelCardDocuments(
  project: () => ProjectFolder,
): vscode.TextDocumentContentProvider {
  return {
    provideTextDocumentContent: async ({ query }) => {
      const models = await modelsOf(project());
      const model = models.find(({ ref }) => ref === query);
      if (model === undefined)
        return `${l10n.t`There is no model ${plain(query)} in this project any more.`}\n`;
      return modelCard(project(), model, models);
    },
  };
}

async function modelCard(
  project: ProjectFolder,
  model: ModelInfo,
  models: readonly ModelInfo[],
): Promise<string> {
  const folder = path.join(project.path, model.ref);
  const [size, source, own] = await Promise.all([
    modelSize(folder),
    sourceOf(folder),
    readFile(path.join(folder, 'README.md'), 'utf8').catch(() => ''),
  ]);
  const users = usersOf(model, project.project?.models.base, models, project.runs.runs);
  const { run } = model;
  const facts: [string, string][] = [
    [l10n.t('Lineage'), lineageOf(model, models).map(modelLabel).join(' → ')],
    [l10n.t('Folder'), model.ref],
    [l10n.t('On disk'), inBytes(model.sizeBytes)],
    ...(size === undefined
      ? []
      : ([
          [
            l10n.t('Shape'),
            l10n.t`${size.layers} layers, width ${size.width}, vocabulary ${size.vocabulary.toLocaleString('en')}, context ${size.contextTokens.toLocaleString('en')} tokens`,
          ],
          [l10n.t('Parameters'), `${(size.weightBytes / 4e6).toFixed(1)} M`],
        ] satisfies [string, string][])),
    ...(run === undefined ? [] : ([[l10n.t('Made by'), run.id]] satisfies [string, string][])),
    ...(source === undefined
      ? []
      : ([
          [
            l10n.t('From'),
            source.revision === undefined
              ? source.from
              : l10n.t`${source.from} at ${source.revision.slice(0, 12)}`,
          ],
          [l10n.t('Licence'), source.licence ?? l10n.t('its card states none')],
        ] satisfies [string, string][])),
    [
      l10n.t('Needed by'),
      users.length === 0 ? l10n.t('nothing: it can be deleted') : users.join('; '),
    ],
  ];
  const figures = run?.spec === undefined ? [] : keyFigures(run.view, run.spec.stage);
  if (figures.length > 0) facts.push([l10n.t('At its end'), figures.join(', ')]);
  const measured = Object.entries(run?.view.finished?.summary ?? {}).flatMap(
    ([name, value]): [string, string][] =>
      typeof value === 'number' ? [[name, String(Number(value.toPrecision(5)))]] : [],
  );
  return [
    `# ${plain(modelLabel(model))}`,
    table(['', ''], facts),
    ...(measured.length === 0
      ? []
      : [`## ${l10n.t('Measured')}`, table(['', l10n.t('value')], measured)]),
    ...(own === '' ? [] : [`## ${l10n.t('Its own card')}`, withoutFront(own)]),
    '',
  ].join('\n\n');
}

/** From the root to the model itself. */
function lineageOf(model: ModelInfo, models: readonly ModelInfo[]): ModelInfo[] {
  const line = [model];
  for (;;) {
    const parent = models.find(({ ref }) => ref === line[0].parent);
    if (parent === undefined || line.includes(parent)) return line;
    line.unshift(parent);
  }
}

async function sourceOf(folder: string): Promise<ModelSource | undefined> {
  const text = await readFile(path.join(folder, modelSourceFile), 'utf8').catch(() => 'null');
  try {
    return modelSourceSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // somebody else's source.json
  }
}

/** A README without the front matter for hubs, its headings below those of this card. */
function withoutFront(text: string): string {
  const body = text.replace(/^---\r?\n[^]*?\r?\n---\r?\n/, '');
  return body.replaceAll(/^(#{1,4}) /gm, '##$1 ').trim();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), '| --- | --- |', ...rows.map(line)].join('\n');
}

/** A text from the data, without anything that Markdown or a table would take for its own. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*[\]<>|#!]/g, String.raw`\$&`).replaceAll(/[\r\n]+/g, ' ');
}
