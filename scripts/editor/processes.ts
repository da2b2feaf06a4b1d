// Ends processes together with everything they started, even what detached itself (a training run is a session of its own).
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The variable by which processes are recognised that were started, however indirectly, by one of ours. Its value is a path of marks, the
 * outermost first: a test run marks all that it starts, and each server in it what that one starts.
 */
const markVariable = 'INSTRUCT_STUDIO_SESSION';

/** The environment that adds a mark to those which processes started from here carry anyway. */
export function markedEnvironment(mark: string): Record<string, string> {
  const outer = process.env[markVariable];
  return { [markVariable]: outer === undefined ? mark : `${outer}/${mark}` };
}

/** Marks everything that this process starts from now on; the mark is for {@link endTree}. */
export function markDescendants(): string {
  const mark = randomUUID();
  Object.assign(process.env, markedEnvironment(mark));
  return mark;
}

/**
 * Ends `pid`, its descendants and every process that carries `mark`: politely first, by force after `graceMs`. This process itself is spared.
 * @param mark - one of the marks in the environment of the process
 */
export async function endTree(pid: number, mark: string, graceMs = 4000): Promise<void> {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F']);
    return;
  }
  const doomed = new Set([pid, ...(await descendants(pid)), ...(await marked(mark))]);
  doomed.delete(process.pid);
  for (const each of doomed) signal(each, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while ([...doomed].some(alive) && Date.now() < deadline) await sleep(50);
  for (const each of [...doomed, ...(await marked(mark))]) {
    if (alive(each)) signal(each, 'SIGKILL');
  }
}

/** Whether a process with this id exists (and is ours to signal). */
export function alive(pid: number): boolean {
  return signal(pid, 0);
}

/** Sends a signal; false when there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function descendants(ancestor: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  const open = [ancestor];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const next = children.get(pid) ?? [];
    found.push(...next);
    open.push(...next);
  }
  return found;
}

/** Processes whose environment carries the mark: also those whose parent is gone, which `descendants` cannot see. */
async function marked(mark: string): Promise<number[]> {
  const carries = (variable: string): boolean =>
    variable.startsWith(`${markVariable}=`) && variable.includes(mark);
  if (process.platform === 'darwin') {
    const { stdout } = await run('ps', ['-A', '-E', '-ww', '-o', 'pid=,command=']);
    const lines = stdout.split('\n').filter((line) => line.split(' ').some(carries));
    return lines.map((line) => Number.parseInt(line, 10));
  }
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').some(carries)) found.push(Number(name));
  }
  return found.filter((pid) => pid !== process.pid);
}

/** A process of this machine. */
export interface ListedProcess {
  readonly id: number;
  readonly parent: number;
  /** Its command line. */
  readonly args: string;
}

/** All processes of this machine, by `ps`. */
export function listProcesses(): ListedProcess[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    if (found === null) return [];
    const [, id, parent, args] = found;
    return [{ id: Number(id), parent: Number(parent), args }];
  });
}

/**
 * The extension host of the server that was started on a folder.
 * @throws Error when there is none
 */
export function extensionHostOf(folder: string): number {
  const all = listProcesses();
  const server = all.find(
    ({ args }) => args.includes('server-main.js') && args.includes(`--default-folder ${folder}`),
  );
  const host = all.find(
    ({ parent, args }) => parent === server?.id && args.includes('--type=extensionHost'),
  );
  if (host === undefined) throw new Error(`extensionHostOf: no extension host serves ${folder}`);
  return host.id;
}

/** Process ids and command lines of the trainer's processes that work in a folder. */
export function trainersIn(folder: string): string[] {
  return listProcesses()
    .filter(({ args }) => args.includes('trainer.mjs ') && args.includes(folder))
    .map(({ id, args }) => `${String(id)} ${args}`);
}
