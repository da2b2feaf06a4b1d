// The packaged extension, installed as a user's editor installs it.
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { ownTarget, packageFile } from '../packageTargets.ts';
import { root, runNode } from '../stages/stage.ts';
import { installServer } from './installServer.ts';

const manifestSchema = z.object({ name: z.string(), version: z.string() });

/**
 * Packages what is built in `dist/` for this machine and installs the file by the editor's own command.
 * @returns the folder of extensions, for `startServer`
 * @throws Error with the output of the step that failed
 */
export async function installPackaged(): Promise<string> {
  const target = ownTarget();
  const packaged = await runNode('scripts/package.ts', ['--built', target], { log: 'package' });
  if (packaged.code !== 0) throw new Error(`packaging ${target} failed:\n${packaged.output}`);
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')),
  );
  const extensions = path.join(root, '.vscode-test', 'packaged');
  await rm(extensions, { recursive: true, force: true });
  await mkdir(extensions, { recursive: true });
  const server = path.relative(root, await installServer());
  const file = path.join(root, packageFile(manifest.name, target, manifest.version));
  const folders = ['--extensions-dir', extensions, '--server-data-dir', `${extensions}-data`];
  const entry = path.join(server, 'out', 'server-main.js');
  const installed = await runNode(
    entry,
    ['--install-extension', file, ...folders, '--accept-server-license-terms'],
    { log: 'install-packaged' },
  );
  if (installed.code === 0 && /successfully installed/.test(installed.output)) return extensions;
  throw new Error(`installing ${file} failed:\n${installed.output}`);
}
