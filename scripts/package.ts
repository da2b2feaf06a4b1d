// Packages the extension: one VSIX a platform with that platform's native runtime, and a universal one without any.
//   npm run package [-- [--built] TARGET …]
// Targets are those of packageTargets.ts, all when none is named; --built takes dist/ as it is.
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import * as z from 'zod';
import { natives, packageFile, targets, type Target } from './packageTargets.ts';
import { root, runNode } from './stages/stage.ts';

/** What goes into every package, by its path from the root. */
const contents = [
  'dist',
  'l10n',
  'media',
  'schemas',
  'docs/images',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];
/** Pictures of pages that are no part of a package. */
const picturesLeftOut = path.join('docs', 'images', 'runs');
/** Binaries that nothing of ours loads. */
const leftOut = [
  // npm keeps no links: the library's second name is a second copy.
  /^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/,
  // Loaded only for the DirectML provider, which is not used.
  /^DirectML\.dll$/,
];
const mostMegabytes = 30;

const manifestSchema = z.looseObject({ version: z.string(), name: z.string() });

/** Puts what a package holds into an empty folder. */
async function stage(target: Target, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const translated = (await readdir(root)).filter((name) =>
    /^package\.nls\.[\w-]+\.json$/.test(name),
  );
  for (const name of [...contents, ...translated]) {
    await cp(path.join(root, name), path.join(folder, name), {
      recursive: true,
      filter: (file) => !file.endsWith('.map') && !file.includes(picturesLeftOut),
    });
  }
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')),
  );
  // What only a checkout needs: npm must find nothing to install or to run.
  for (const key of ['scripts', 'dependencies', 'devDependencies', 'allowScripts', 'private']) {
    Reflect.deleteProperty(manifest, key);
  }
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  // What is to be packaged was chosen above: vsce need not leave anything out.
  await writeFile(path.join(folder, '.vscodeignore'), '');
  if (target === 'universal') await addWebAssembly(folder);
  else await addRuntime(natives[target], folder);
}

/** The native runtime beside the trainer, where Node looks for it first. */
async function addRuntime(native: string, folder: string): Promise<void> {
  const modules = path.join(folder, 'dist', 'node_modules');
  const from = path.join(root, 'node_modules');
  await addModule(modules, 'onnxruntime-node', ['dist']);
  const binaries = path.join('onnxruntime-node', 'bin', 'napi-v6', native);
  const names = await readdir(path.join(from, binaries));
  for (const name of names) {
    if (leftOut.some((pattern) => pattern.test(name))) continue;
    await cp(path.join(from, binaries, name), path.join(modules, binaries, name));
  }
  await addModule(modules, 'onnxruntime-common', ['dist/cjs']);
}

/** ONNX Runtime in WebAssembly, for platforms that it has no binaries for: 14 MB, 3.7 in the package. */
async function addWebAssembly(folder: string): Promise<void> {
  const modules = path.join(folder, 'dist', 'node_modules');
  const wasm = ['ort.node.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
  const files = wasm.map((name) => `dist/${name}`);
  await addModule(modules, 'onnxruntime-web', files);
  await addModule(modules, 'onnxruntime-common', ['dist/esm']);
}

/** Parts of an installed package, without what only developers read. */
async function addModule(modules: string, name: string, parts: readonly string[]): Promise<void> {
  for (const part of ['package.json', ...parts]) {
    await cp(path.join(root, 'node_modules', name, part), path.join(modules, name, part), {
      recursive: true,
      filter: (file) => !/\.(map|d\.ts)$/.test(file),
    });
  }
}

/** Packages one target and returns the path of its file. */
async function packageOne(target: Target, out: string): Promise<string> {
  const folder = path.join(out, 'staged', target);
  await stage(target, folder);
  const { version, name } = manifestSchema.parse(
    JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')),
  );
  const file = path.join(root, packageFile(name, target, version));
  await createVSIX({
    cwd: folder,
    packagePath: file,
    dependencies: false,
    ...(target === 'universal' ? {} : { target }),
  });
  await rm(folder, { recursive: true });
  return file;
}

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { built: { type: 'boolean', default: false } },
});
const unknown = asked.find((name) => !targets.some((target) => target === name));
if (unknown !== undefined) {
  console.error(`package: there is no target "${unknown}": expected ${targets.join(', ')}.`);
  process.exit(1);
}
const chosen = targets.filter((target) => asked.length === 0 || asked.includes(target));
if (!values.built) {
  const built = await runNode('scripts/build.ts', [], { log: 'package-build' });
  if (built.code !== 0) {
    console.error(built.output);
    process.exit(1);
  }
}
const out = path.join(root, 'packages');
const rows: string[] = [];
for (const target of chosen) {
  const file = await packageOne(target, out);
  const megabytes = (await stat(file)).size / 1e6;
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  rows.push(`${path.relative(root, file)}  ${megabytes.toFixed(1)} MB  sha256 ${digest}`);
  if (megabytes > mostMegabytes) {
    console.error(`package: ${file} is larger than ${mostMegabytes} MB.`);
    process.exitCode = 1;
  }
}
await rm(path.join(out, 'staged'), { recursive: true, force: true });
console.log(rows.join('\n'));
