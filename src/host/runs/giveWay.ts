/** Lets the editor and everything else the user does go before a run: a run fills every core. */
import { writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import process from 'node:process';

/** A third of the share of a process of the usual priority, where they compete; all, where not. */
const niceness = 5;

/**
 * Makes a process that was just started with `detached: true` less urgent. `undefined` (it did not
 * start) and a system that forbids it are no error: nothing hangs on it.
 */
export function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  // In an editor that gives way itself, a run never becomes more urgent than the editor.
  const wanted = Math.max(niceness, getPriority());
  attempt(() => setPriority(pid, wanted));
  // Linux shares its cores between sessions before it looks at processes (`man 7 sched`,
  // autogroup), and a detached process is a session of its own: its niceness is the one that counts.
  if (process.platform === 'linux') {
    attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(wanted)));
  }
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    return; // forbidden here, a kernel without it, or a process that has ended
  }
}
