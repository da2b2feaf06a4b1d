/** How long a command of the extension takes while PPO trains on the sample project, beside the same while it is paused. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import * as z from 'zod';
import { createSampleProject } from '../scripts/editor/sampleProject.ts';
import { quietSettings, startServer } from '../scripts/editor/vscodeServer.ts';
import { launchBrowser, workbenchAddress } from '../scripts/editor/workbenchPage.ts';
import { root } from '../scripts/stages/stage.ts';
import { Random } from '../src/data/index.ts';
import { loadLanguageModel, saveRewardModel, withScalarHead } from '../src/ml/models/index.ts';
import type { Stretch } from '../test/vscode/commandLatency.ts';

const stretchesSchema: z.ZodType<Stretch[]> = z.array(
  z.object({
    state: z.enum(['running', 'paused']),
    roundTrips: z.array(z.number()),
    heldUp: z.number(),
  }),
);

/** Round trips in a state over all its stretches, in milliseconds. */
export interface CommandLatency {
  readonly state: Stretch['state'];
  readonly samples: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
  /** See {@link Stretch}. */
  readonly heldUp: number;
}

/**
 * Opens the sample project in the real editor, starts PPO there, and measures in turns while it is at work and while it is paused.
 * @throws Error when the extension host does not come to its end
 */
export async function commandLatency(rounds: number): Promise<CommandLatency[]> {
  await using owned = new AsyncDisposableStack();
  const temporary = await mkdtemp(path.join(tmpdir(), 'instruct-bench-'));
  owned.defer(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const folder = path.join(temporary, 'project');
  await createSampleProject(folder);
  await writeWork(folder);
  const resultsFile = path.join(temporary, 'latency.json');
  const server = await startServer({
    dataDir: path.join(temporary, 'server'),
    folder,
    settings: quietSettings,
    testDriver: true,
    env: { INSTRUCT_BENCH_RESULTS: resultsFile, INSTRUCT_BENCH_ROUNDS: String(rounds) },
  });
  owned.defer(() => server.stop());
  const browser = await launchBrowser();
  owned.defer(() => browser.close());
  const page = await browser.newPage();
  const exit = Promise.withResolvers<number>();
  owned.use(await page.exposeFunction('codeAutomationExit', exit.resolve));
  let said = '';
  const note = (...words: unknown[]): string => (said = JSON.stringify(words));
  owned.use(await page.exposeFunction('codeAutomationLog', note));
  await page.goto(workbenchAddress({ server, folder, testsPath: await bundleProbe(temporary) }));
  const limitMs = 300_000 + rounds * 120_000;
  const code = await Promise.race([exit.promise, sleep(limitMs, -1, { ref: false })]);
  if (code !== 0) throw new Error(`bench:host: the extension host ended with ${code}: ${said}`);
  const stretches = stretchesSchema.parse(JSON.parse(await readFile(resultsFile, 'utf8')));
  return (['paused', 'running'] as const).map((state) =>
    summary(
      state,
      stretches.filter((each) => each.state === state),
    ),
  );
}

function summary(state: Stretch['state'], stretches: readonly Stretch[]): CommandLatency {
  const all = stretches.flatMap(({ roundTrips }) => roundTrips).sort((a, b) => a - b);
  const at = (share: number): number =>
    all[Math.min(all.length - 1, Math.floor(share * all.length))];
  const heldUp = Math.max(...stretches.map((each) => each.heldUp));
  return { state, samples: all.length, median: at(0.5), p95: at(0.95), longest: at(1), heldUp };
}

/** A reward model that has learned nothing, which costs PPO as much as one that has, and a run file that does not end by itself. */
async function writeWork(folder: string): Promise<void> {
  const { config, tokenizer, parameters } = await loadLanguageModel(
    path.join(folder, 'models', 'base'),
  );
  await saveRewardModel(path.join(folder, 'models', 'reward'), {
    config,
    tokenizer,
    parameters: withScalarHead(config, parameters, new Random('an untrained head')),
    rewardBias: 0,
  });
  const plan = {
    stage: 'ppo',
    models: { model: 'models/base', reward: 'models/reward' },
    hyperparameters: { iterations: 10_000, batchSize: 64 },
  };
  await writeFile(path.join(folder, 'work.run.json'), JSON.stringify(plan, null, 2));
}

async function bundleProbe(folder: string): Promise<string> {
  const outfile = path.join(folder, 'commandLatency.cjs');
  await build({
    entryPoints: [path.join(root, 'test', 'vscode', 'commandLatency.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return outfile;
}
