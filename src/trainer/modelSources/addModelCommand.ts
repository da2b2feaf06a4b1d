/** `instruct-studio add-model`: a model into the project, from a folder or from the hub. */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { openProject } from '../../data/index.ts';
import type { AddedModel } from '../../protocol/addModel.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { usageError } from '../commandLine.ts';
import { exitCodes } from '../exitCodes.ts';
import { addFromFolder, addFromHub, checkArchitecture, megabytes } from './addModel.ts';
import { hubEndpoint, hubModel, type HubAccess } from './hub.ts';

const name = 'add-model';

/** See the file's header. */
export const addModelCommand: Command = {
  name,
  summary: 'Take a model into the project: a Hugging Face folder, or by download with --download',
  positionals: ['FOLDER|ID'],
  required: true,
  options: {
    ...projectOption,
    name: { value: 'NAME', description: 'What it is called in models/; its own name when absent.' },
    download: { description: 'ID is one of the hub, such as "openai-community/gpt2": fetch it.' },
    revision: {
      value: 'REV',
      description: 'With --download: a branch or commit; main when absent.',
    },
    endpoint: {
      value: 'URL',
      description: `With --download: another server than ${hubEndpoint}, such as a mirror.`,
    },
    progress: {
      description: 'With --download: JSON lines of what has arrived, on standard error.',
    },
    'dry-run': { description: 'With --download: only say what would be fetched, and its licence.' },
    ...commonOptions,
  },
  stages: [],
  notes:
    'The model is read whole before it is taken. A download that was broken off goes on when it is asked for again; checksums are compared. HF_TOKEN is sent for gated models. Without --download nothing is fetched.',
  async run(args, terminal) {
    const [what] = args.positionals;
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const json = args.has('json');
    const called = args.text('name') ?? basename(what);
    const tell = (added: AddedModel): void => {
      terminal.print(
        json
          ? JSON.stringify({ added })
          : `${added.model}: a ${added.kind} model of ${(added.parameters / 1e6).toFixed(1)} M parameters, ${megabytes(added.bytes)}, licence ${added.licence ?? 'not stated'}`,
      );
    };
    if (!args.has('download')) {
      const folder = resolve(what);
      if (!existsSync(folder) || !statSync(folder).isDirectory()) {
        throw usageError(name, `${folder} is no folder; to fetch it from the hub add --download`);
      }
      tell(await addFromFolder(dir, folder, called));
      return exitCodes.ok;
    }
    const access: HubAccess = {
      endpoint: (args.text('endpoint') ?? hubEndpoint).replace(/\/+$/, ''),
      token: process.env['HF_TOKEN'] ?? null,
    };
    const model = await hubModel(what, args.text('revision') ?? 'main', access);
    await checkArchitecture(model, access);
    const { id, revision, licence, bytes, files } = model;
    const plan = { id, revision, licence, bytes, files: files.map(({ path }) => path) };
    if (json) terminal.print(JSON.stringify({ plan }));
    else {
      terminal.print(
        `${id}: ${files.length} files, ${megabytes(bytes)}, licence ${licence ?? 'not stated'}`,
      );
    }
    if (args.has('dry-run')) return exitCodes.ok;
    let shown = -1;
    const added = await addFromHub(dir, model, called, access, (path, done, of) => {
      const percent = of === 0 ? 100 : Math.floor((100 * done) / of);
      if (args.has('progress')) {
        terminal.progress.write(`${JSON.stringify({ path, bytes: done, of })}
`);
      } else if (percent > shown) terminal.progress.write(`${percent} % ${path}\n`);
      shown = percent;
    });
    tell(added);
    return exitCodes.ok;
  },
};
