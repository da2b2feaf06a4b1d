/** `npm run bench:host`: what the extension costs the editor's extension host when nothing happens, and how soon that answers while PPO trains. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { extensionHostOf } from '../scripts/editor/processes.ts';
import { createSampleProject } from '../scripts/editor/sampleProject.ts';
import { quietSettings, startServer } from '../scripts/editor/vscodeServer.ts';
import { launchBrowser, workbenchAddress } from '../scripts/editor/workbenchPage.ts';
import { commandLatency } from './commandLatency.ts';

const usage = `Opens an empty folder, where the extension is not active, and the sample project, in the real editor, and measures the processor
time of the extension host while nothing is done. Linux only; build first. Then starts PPO on the sample project and measures how long a command
takes from the workbench to the extension and back, in turns while it is at work and while it is paused.

  npm run bench:host [-- options]

  --seconds N   how long to look at each; 60 when absent, 0 for not at all
  --rounds N    turns of 150 commands while PPO is at work and 150 while it is paused; 3 when absent, 0 for none`;

/** A hundredth of a second: the unit of /proc, whatever the kernel's own (`man 5 proc`, USER_HZ). */
const tickMs = 10;

/** Milliseconds that a process has computed so far, in user and kernel mode. */
async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  // After the command's name in parentheses: state, parent, …; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Processor time of the extension host of a folder that lies open for so long. */
async function idleMs(isProject: boolean, seconds: number): Promise<number> {
  await using owned = new AsyncDisposableStack();
  const temporary = await mkdtemp(path.join(tmpdir(), 'instruct-bench-'));
  owned.defer(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const folder = path.join(temporary, 'project');
  if (isProject) await createSampleProject(folder);
  else await mkdir(folder);
  const dataDir = path.join(temporary, 'server');
  const server = await startServer({ dataDir, folder, settings: quietSettings, testDriver: true });
  owned.defer(() => server.stop());
  const browser = await launchBrowser();
  owned.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(workbenchAddress({ server, folder }));
  await page.locator('.activitybar .action-item a[aria-label*="Explorer"]').waitFor();
  if (isProject) {
    await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
    const rows = page.locator('.part.sidebar .monaco-list-row', { hasText: 'Prompts' });
    await rows.first().waitFor({ timeout: 60_000 });
  }
  await sleep(20_000); // VS Code's own extensions have settled by then
  const host = extensionHostOf(folder);
  const before = await processorMs(host);
  await sleep(seconds * 1000);
  return (await processorMs(host)) - before;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
} else if (process.platform === 'linux') {
  const seconds = Number(values.seconds);
  for (const isProject of seconds > 0 ? [false, true] : []) {
    const ms = await idleMs(isProject, seconds);
    const what = isProject ? 'the sample project, Runs view shown' : 'an empty folder';
    console.log(`${what}: ${String(ms)} ms of processor time in ${String(seconds)} s`);
  }
  const rounds = Number(values.rounds);
  for (const latency of rounds > 0 ? await commandLatency(rounds) : []) {
    const { state, samples, median, p95, longest, heldUp } = latency;
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    console.log(
      `a command while PPO is ${state === 'running' ? 'at work' : 'paused'}: median ${ms(median)}, 95 % within ${ms(p95)}, longest ${ms(longest)} of ${samples}; the event loop held up for ${ms(heldUp)} at most`,
    );
  }
} else {
  console.error('bench:host: it reads /proc, which only Linux has.');
  process.exitCode = 1;
}
