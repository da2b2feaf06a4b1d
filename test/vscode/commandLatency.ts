// What `npm run bench:host` runs in the extension host: how long a command takes while PPO is at work, and while it is paused. No suite: its
// numbers are looked at, not held, since whatever else this machine does is in them.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { eventually } from './harness/suite.ts';
import { folder, runIn, studio } from './studio.ts';

/** What was measured in one stretch, in milliseconds. */
export interface Stretch {
  readonly state: 'running' | 'paused';
  /** Each command's way from the extension host to the workbench, back to our command, and back with its end. */
  readonly roundTrips: readonly number[];
  /** The longest that the extension host's event loop was held up, beyond the monitor's own 10 ms. */
  readonly heldUp: number;
}

/**
 * Starts `work.run.json` of the project, measures in turns, stops it, and writes the stretches to the file that the environment names.
 * @public
 */
export async function run(): Promise<void> {
  const { INSTRUCT_BENCH_RESULTS: file, INSTRUCT_BENCH_ROUNDS: rounds } = process.env;
  if (file === undefined) throw new Error('commandLatency: INSTRUCT_BENCH_RESULTS is not set');
  const api = await studio();
  const plan = vscode.Uri.file(path.join(folder(), 'work.run.json'));
  await vscode.commands.executeCommand('instruct.runFile', plan);
  const { id } = await eventually('the run', () => api.runs().at(0));
  const step = (): number => api.runs().find((each) => each.id === id)?.step ?? 0;
  await eventually('a step of PPO', () => step() > 0, 120_000);
  await vscode.commands.executeCommand('instruct.openRun', id);
  const stretches: Stretch[] = [];
  for (let round = 0; round < Number(rounds ?? 1); round += 1) {
    const before = step();
    stretches.push(await measure('running', id));
    await eventually('a step meanwhile', () => step() > before, 120_000);
    await vscode.commands.executeCommand('instruct.pauseRun', id);
    await runIn(api, 'paused', id, 120_000);
    await sleep(1000);
    stretches.push(await measure('paused', id));
    await vscode.commands.executeCommand('instruct.resumeRun', id);
    await runIn(api, 'running', id);
    await sleep(1000);
  }
  await vscode.commands.executeCommand('instruct.stopRun', id);
  await runIn(api, 'stopped', id, 120_000);
  await writeFile(file, JSON.stringify(stretches));
}

async function measure(state: Stretch['state'], id: string): Promise<Stretch> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const roundTrips: number[] = [];
  delay.enable();
  for (let sample = 0; sample < 150; sample += 1) {
    const begun = performance.now();
    // By the workbench's own command: one of ours asked for directly would never leave this process.
    await vscode.commands.executeCommand('runCommands', {
      commands: [{ command: 'instruct.openRun', args: [id] }],
    });
    roundTrips.push(performance.now() - begun);
    await sleep(50);
  }
  delay.disable();
  return { state, roundTrips, heldUp: Math.max(0, delay.max / 1e6 - 10) };
}
