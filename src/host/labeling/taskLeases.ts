/**
 * Which window works on which task, so that two never serve the same one. One small file in the
 * project says it, changed under the lock that all writers of the project take.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { withFileLock } from '../../data/index.ts';

const leasesSchema = z.record(z.string(), z.object({ owner: z.string(), untilMs: z.number() }));
type Leases = z.infer<typeof leasesSchema>;

/** A window that has gone without a word keeps its task for so long. */
export const leaseMs = 60_000;

/** The tasks of one window. A lease ends when it is released, or {@link leaseMs} after it was renewed last. */
export class TaskLeases {
  private readonly folder: () => string;
  private readonly owner: string;
  private readonly now: () => number;
  private renewed = new Map<string, number>();

  /**
   * @param folder the project folder
   * @param owner names this window; another one for each
   * @param now milliseconds since the epoch
   */
  constructor(folder: () => string, owner: string, now: () => number) {
    this.folder = folder;
    this.owner = owner;
    this.now = now;
  }

  /** Takes or renews a task. False while another window has it. */
  async claim(task: string): Promise<boolean> {
    // A renewal for every key stroke would be a write for every key stroke.
    const renewed = this.renewed.get(task);
    if (renewed !== undefined && this.now() - renewed < leaseMs / 4) return true;
    return this.change((leases) => {
      const held = Object.hasOwn(leases, task) ? leases[task] : undefined;
      if (held !== undefined && held.owner !== this.owner) {
        this.renewed.delete(task);
        return false;
      }
      leases[task] = { owner: this.owner, untilMs: this.now() + leaseMs };
      this.renewed.set(task, this.now());
      return true;
    });
  }

  /** Gives a task back. */
  async release(task: string): Promise<void> {
    this.renewed.delete(task);
    await this.change((leases) => {
      if (Object.hasOwn(leases, task) && leases[task].owner === this.owner) {
        Reflect.deleteProperty(leases, task);
      }
      return true;
    });
  }

  private async change<T>(work: (leases: Leases) => T): Promise<T> {
    const folder = path.join(this.folder(), '.instruct', 'leases');
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'tasks.json');
    return withFileLock(file, async () => {
      const all = leasesSchema.safeParse(parse(await readIfThere(file))).data ?? {};
      const standing = Object.entries(all).filter(([, { untilMs }]) => untilMs > this.now());
      const leases: Leases = Object.fromEntries(standing);
      const result = work(leases);
      await writeFile(path.join(folder, '.gitignore'), '*\n');
      await writeFile(`${file}.new`, JSON.stringify(leases));
      await rename(`${file}.new`, file);
      return result;
    });
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return '{}';
    throw thrown;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // leases last a minute: a torn file has nothing worth keeping
  }
}
