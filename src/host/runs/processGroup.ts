/** Ending a trainer that does not obey, and what one has left behind: its whole process group. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidAlive } from './runFolder.ts';

/** Ends a detached process and everything it started. A process that is gone already is fine. */
export function killProcessGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
      .on('error', () => undefined) // taskkill is part of Windows
      .unref();
    return;
  }
  for (const target of [-pid, pid]) {
    if (send(target, signal)) return;
  }
}

/**
 * Waits until a detached process that is ending has gone, and ends what it had started and left
 * behind. One that is still there after `graceMs` has more to do and is left alone; one that leads
 * no group has left nothing that could be told from others'. On Windows the children of a process
 * cannot be found once it is gone.
 */
export async function clearProcessGroup(leader: number, graceMs: number): Promise<void> {
  if (process.platform === 'win32') return;
  const deadline = Date.now() + graceMs;
  while (pidAlive(leader) && send(-leader, 0) && Date.now() < deadline) await sleep(50);
  if (pidAlive(leader)) return;
  // A process id is not given anew while a group has its number: these are the leader's own.
  send(-leader, 'SIGKILL');
}

/** Sends a signal; false when there is nobody to get it. */
function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH') return false;
    throw thrown;
  }
}
