// Bundles everything that runs outside this repository's own Node: the extension, the trainer and the webviews.
//   npm run build [-- --watch]
import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type BuildOptions, type Metafile, type Plugin, build, context } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });

/** A bundle: its name, the source file of each of its outputs, and how to build them. */
interface Bundle {
  readonly name: string;
  readonly entryPoints: Record<string, string>;
  readonly options: BuildOptions & { readonly metafile: true };
}

/** Zod's sentences in some forty languages, a third of the extension's bundle: English is kept. */
const englishZod: Plugin = {
  name: 'english-zod',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  plugins: [englishZod],
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
  legalComments: 'none',
  // A development build stays readable in the debugger.
  minify: !options.watch,
  // Its UMD build, which esbuild would take for Node, hides its own modules from bundlers.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
} satisfies BuildOptions;

async function bundles(): Promise<Bundle[]> {
  return [
    {
      name: 'extension',
      entryPoints: { extension: 'src/extension.ts' },
      options: {
        ...shared,
        outdir: 'dist',
        outExtension: { '.js': '.cjs' },
        format: 'cjs',
        platform: 'node',
        target: 'node22',
        external: ['vscode'],
        // VS Code reports every look at Node's `navigator` as an error, and zod looks whether there is one.
        define: { navigator: 'undefined' },
      },
    },
    {
      name: 'trainer',
      entryPoints: { trainer: 'src/trainer/main.ts' },
      options: {
        ...shared,
        outdir: 'dist',
        outExtension: { '.js': '.mjs' },
        format: 'esm',
        platform: 'node',
        target: 'node22',
        external: ['onnxruntime-node', 'onnxruntime-web'],
        // CommonJS dependencies call require() for Node's own modules, which an ES module does not have.
        banner: {
          js: [
            '#!/usr/bin/env node',
            "import { createRequire as requireFrom } from 'node:module';",
            'const require = requireFrom(import.meta.url);',
          ].join('\n'),
        },
      },
    },
    {
      name: 'webviews',
      entryPoints: await panels(),
      options: {
        ...shared,
        outdir: 'dist/webview',
        format: 'esm',
        platform: 'browser',
        target: 'chrome130',
        loader: { '.ttf': 'file' },
        assetNames: '[name]',
      },
    },
  ];
}

/** Every `webview/<panel>/main.ts`, as the bundle `<panel>`. */
async function panels(): Promise<Record<string, string>> {
  const folders = await readdir(path.join(root, 'webview'), { withFileTypes: true });
  const entries: Record<string, string> = {};
  for (const folder of folders) {
    if (!folder.isDirectory()) continue;
    const entry = `webview/${folder.name}/main.ts`;
    if (await exists(entry)) entries[folder.name] = entry;
  }
  return entries;
}

async function exists(relativePath: string): Promise<boolean> {
  return stat(path.join(root, relativePath)).then(
    () => true,
    () => false,
  );
}

async function copyCodicons(): Promise<void> {
  const from = path.join(root, 'node_modules', '@vscode', 'codicons', 'dist');
  const to = path.join(root, 'dist', 'webview');
  await mkdir(to, { recursive: true });
  for (const name of ['codicon.css', 'codicon.ttf']) {
    await cp(path.join(from, name), path.join(to, name));
  }
}

function sizes(metafile: Metafile): string {
  return Object.entries(metafile.outputs)
    .filter(([file]) => !file.endsWith('.map'))
    .map(([file, output]) => `${file} ${String(Math.ceil(output.bytes / 1024))} kB`)
    .join(', ');
}

async function present(all: Bundle[]): Promise<Bundle[]> {
  const found: Bundle[] = [];
  for (const bundle of all) {
    const missing: string[] = [];
    for (const entry of Object.values(bundle.entryPoints)) {
      if (!(await exists(entry))) missing.push(entry);
    }
    if (missing.length > 0 || Object.keys(bundle.entryPoints).length === 0) {
      console.warn(`build: no entry point for ${bundle.name} ${missing.join(', ')}`);
    } else found.push(bundle);
  }
  return found;
}

/** Builds a bundle; what is wrong with it has been printed when this returns. */
async function buildOnce(bundle: Bundle): Promise<void> {
  try {
    const result = await build({ ...bundle.options, entryPoints: bundle.entryPoints });
    console.log(`build: ${sizes(result.metafile)}`);
  } catch {
    // esbuild has said it already, with file and line.
    process.exitCode = 1;
  }
}

await copyCodicons();
for (const bundle of await present(await bundles())) {
  if (options.watch) {
    const watcher = await context({
      ...bundle.options,
      entryPoints: bundle.entryPoints,
      logLevel: 'info',
    });
    await watcher.watch();
  } else {
    await buildOnce(bundle);
  }
}
if (options.watch) process.stdin.resume();
