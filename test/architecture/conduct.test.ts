// What an editor's reviewers hold an extension to, as far as the manifest and the sources show it (docs/ACCEPTANCE.md).
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';

const root = path.resolve(import.meta.dirname, '..', '..');
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const titled = z.looseObject({ title: z.string() });
const manifestSchema = z.looseObject({
  engines: z.looseObject({ vscode: z.string() }),
  devDependencies: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  activationEvents: z.array(z.string()),
  bugs: z.object({ url: z.url() }),
  repository: z.looseObject({ url: z.url() }),
  categories: z.array(z.string()),
  capabilities: z.looseObject({
    untrustedWorkspaces: z.looseObject({
      supported: z.literal('limited'),
      restrictedConfigurations: z.array(z.string()),
    }),
  }),
  contributes: z.looseObject({
    commands: z.array(titled.extend({ command: z.string(), category: z.literal('Instruct') })),
    keybindings: z.array(z.looseObject({ when: z.string() })),
    walkthroughs: z.tuple([
      z.looseObject({
        steps: z.array(
          z.looseObject({
            id: z.string(),
            description: z.string(),
            media: z.object({ svg: z.string(), altText: z.string() }),
            completionEvents: z.array(z.string()),
          }),
        ),
      }),
    ]),
    configuration: z.looseObject({ properties: z.record(z.string(), z.looseObject({})) }),
  }),
});
const manifest = manifestSchema.parse(JSON.parse(await read('package.json')));
const sentences = z
  .record(z.string(), z.string())
  .parse(JSON.parse(await read('package.nls.json')));

/** What a `%key%` of the manifest stands for. */
function sentence(reference: string): string {
  return sentences[reference.slice(1, -1)] ?? '';
}

async function sources(
  pattern: string,
): Promise<{ readonly file: string; readonly text: string }[]> {
  const found: { file: string; text: string }[] = [];
  for await (const name of glob(pattern, { cwd: root })) {
    const file = name.split(path.sep).join('/');
    if (!file.endsWith('.test.ts')) found.push({ file, text: await read(file) });
  }
  assert.ok(found.length > 3, `${pattern} matches nothing`);
  return found;
}

test('the extension asks for no proposed API and runs on every editor from 1.110 on', () => {
  assert.equal(manifest['enabledApiProposals'], undefined);
  assert.equal(manifest.engines.vscode, '^1.110.0');
  assert.equal(manifest.devDependencies['@types/vscode'], '1.110.0');
});

test('it starts only where a project is, or for what is its own', () => {
  for (const event of manifest.activationEvents) {
    assert.match(
      event,
      /^(workspaceContains:instruct\.json|onWebviewPanel:instruct\.|onFileSystem:instruct-)/,
    );
  }
});

test('commands read as title case without emoji, and every sentence of the manifest is in package.nls.json', () => {
  const small = new Set([
    'a',
    'and',
    'as',
    'by',
    'for',
    'from',
    'in',
    'of',
    'or',
    'the',
    'to',
    'with',
  ]);
  for (const { title } of manifest.contributes.commands) {
    const text = Object.entries(sentences).find(([key]) => `%${key}%` === title)?.[1];
    assert.ok(text !== undefined, `${title} is not in package.nls.json`);
    assert.doesNotMatch(text, /\p{Extended_Pictographic}/u);
    for (const word of text.split(/[\s-]+/)) {
      // The second part of "Hyper-parameter" is no word of its own.
      const good = small.has(word) || word === 'parameter' || !/^\p{Ll}/u.test(word);
      assert.ok(good, `${text}: ${word}`);
    }
  }
  const keys = [...JSON.stringify(manifest).matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key);
  assert.ok(keys.length > 50);
  assert.deepEqual(
    keys.filter((key) => !(key in sentences)),
    [],
  );
});

test('one walkthrough of a few steps: each has its command, what ticks it off, and a picture in the theme’s colours', async () => {
  const [{ steps }] = manifest.contributes.walkthroughs;
  assert.ok(steps.length >= 4 && steps.length <= 7);
  const commands = new Set(manifest.contributes.commands.map(({ command }) => command));
  for (const { id, description, media, completionEvents } of steps) {
    const linked = [...sentence(description).matchAll(/\(command:([\w.]+)\)/g)].map(([, to]) => to);
    assert.ok(linked.length > 0, `${id} has nothing to do`);
    assert.deepEqual(
      linked.filter((command) => !commands.has(command)),
      [],
    );
    for (const event of completionEvents) {
      assert.match(event, /^onCommand:|^onContext:instruct\.hasProject$/);
      if (event.startsWith('onCommand:')) assert.ok(commands.has(event.slice('onCommand:'.length)));
    }
    assert.ok(completionEvents.length > 0, `${id} is never done`);
    const picture = await read(media.svg);
    assert.ok(picture.length < 10_000);
    assert.doesNotMatch(picture, /#[0-9a-f]{3,8}\b|style=|<script/i);
    assert.match(picture, /var\(--vscode-/);
    assert.ok(sentence(media.altText).length > 20);
  }
  assert.match(manifest.bugs.url, /\/issues$/);
});

test('keys are bound in our own editors only', () => {
  for (const { when } of manifest.contributes.keybindings) {
    assert.match(when, /instruct/);
  }
});

test('settings that name a program or a server are not taken from an untrusted folder', () => {
  const names = Object.keys(manifest.contributes.configuration.properties);
  const risky = names.filter((name) => /path$|endpoint$|url$/i.test(name));
  assert.ok(risky.length >= 2);
  assert.deepEqual(
    risky.filter(
      (name) => !manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name),
    ),
    [],
  );
});

test('nothing measures its users, and only what a user configures goes to the network', async () => {
  const all = await sources('src/**/*.ts'); // a webview's policy lets nothing out
  const network = /(?<![.\w])fetch\(|node:(https?|net|tls|dgram)'|XMLHttpRequest|new WebSocket/;
  const talkers = all.filter(({ text }) => network.test(text)).map(({ file }) => file);
  // A download that a user asks for and confirms; a judge whose address a user gives.
  assert.deepEqual(talkers.sort(), [
    'src/trainer/judging/apiJudge.ts',
    'src/trainer/modelSources/hub.ts',
  ]);
  const telemetry = all.filter(({ text }) => /createTelemetryLogger|sendTelemetry/.test(text));
  assert.deepEqual(telemetry, []);
  assert.deepEqual(Object.keys(manifest.dependencies), ['onnxruntime-node']);
});

test('no colour of a webview is written into its style sheet', async () => {
  for (const { file, text } of await sources('webview/**/*.css')) {
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?![\w-])/i, file);
  }
});

test('a message that answers no command comes from one place, where it can be silenced', async () => {
  // What a command of the user's says at its end, or asks before it goes on; a failure of one.
  const answers = [
    'src/host/commands/createSample.ts',
    'src/host/commands/curatePrompts.ts',
    'src/host/commands/runCommands.ts',
    'src/host/demonstrationEditor.ts',
    'src/host/errorReporter.ts',
    'src/host/exchange/exporter.ts',
    'src/host/exchange/importer.ts',
    'src/host/models/addModel.ts',
    'src/host/models/deleteModel.ts',
  ];
  const place = 'src/host/notice.ts';
  const all = await sources('src/**/*.ts');
  const talkers = all.filter(({ text }) => /show(Information|Warning|Error)Message\b/.test(text));
  assert.deepEqual(talkers.map(({ file }) => file).sort(), [...answers, place].sort());
  // What the user silences there is a setting, which can be found and put back.
  const silenced = {
    'instruct.runs.notifyWhenDone': false,
    'instruct.runs.whenRanked': 'resumeQuietly',
  };
  for (const [name, value] of Object.entries(silenced)) {
    const setting = manifest.contributes.configuration.properties[name];
    assert.ok(
      z.array(z.unknown()).catch([true, false]).parse(setting['enum']).includes(value),
      name,
    );
  }
  const users = all.filter(({ text }) => text.includes('showNotice('));
  assert.equal(
    users.length,
    Object.keys(silenced).length + 1,
    'one for each, and the place itself',
  );
});

test('a process is started in few places, and gets its program where the folder’s trust is asked', async () => {
  const all = [
    ...(await sources('src/host/**/*.ts')),
    { file: 'src/extension.ts', text: await read('src/extension.ts') },
  ];
  const starters = all.filter(({ text }) => /child_process'|worker_threads'/.test(text));
  assert.deepEqual(starters.map(({ file }) => file).sort(), [
    'src/host/inline/samplerClient.ts',
    'src/host/labeling/labeler.ts', // asks git for the user's name, not in an untrusted folder
    'src/host/runs/processGroup.ts', // ends processes
    'src/host/runs/trainerLauncher.ts',
    'src/host/studioCommand.ts',
  ]);
  for (const { file, text } of starters) {
    if (!/labeler|processGroup/.test(file)) assert.match(text, /program\(\)/, file);
  }
  assert.match(
    await read('src/extension.ts'),
    /const program = \(\)[^\n]+=> \{\n\s+expectTrust\(\);/,
  );
  assert.match(await read('src/host/labeling/currentLabeler.ts'), /!vscode\.workspace\.isTrusted/);
});
