/** Ending a trainer that does not obey: its whole process group. */
import { spawn } from 'node:child_process';

/** Ends a detached process and everything it started. A process that is gone already is fine. */
export function killProcessGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
      .on('error', () => undefined) // taskkill is part of Windows
      .unref();
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (thrown) {
      const gone = thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH';
      if (!gone) throw thrown;
    }
  }
}
