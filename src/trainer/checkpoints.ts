/**
 * `checkpoints/step-N/`: the tensors of a loop as safetensors (float32, exact) and the rest of its
 * state as JSON. A checkpoint is written under a temporary name, flushed and renamed, so that every
 * `step-N` is complete, whenever the process was killed.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { unreadTensors, writeSafetensors } from '../ml/models/safetensors.ts';
import type { JsonValue, LoopState } from '../ml/rlhf/trainingLoop.ts';
import { syncFolder, writeDurably } from './atomicFile.ts';

const checkpointFormat = 1;
const tensorsName = 'state.safetensors';
const stateName = 'state.json';
/** The files of a checkpoint's folder that others look at. */
export const checkpointFiles = { state: stateName } as const;

const jsonValue: z.ZodType<JsonValue> = z.json();
const stateSchema = z.object({
  format: z.literal(checkpointFormat),
  step: z.int().min(0),
  /** Size of the tensors' file: a shorter one was cut off. */
  tensorBytes: z.int().min(0),
  state: jsonValue,
});

/** A checkpoint that was found, and what is wrong with newer ones. */
export interface FoundCheckpoint {
  readonly state: LoopState | null;
  readonly problems: readonly string[];
}

/**
 * Writes `step-<step>` into the folder of checkpoints and returns that name. A checkpoint of the
 * same step is kept as it is. Where the file system throws, nothing half-written remains. The state's
 * tensors are written as they are, without copies: they must not change until this is done.
 */
export async function writeCheckpoint(
  parent: string,
  step: number,
  state: LoopState,
): Promise<string> {
  const name = `step-${step}`;
  const target = join(parent, name);
  if (existsSync(target)) {
    if (typeof (await readCheckpoint(target)) !== 'string') return name;
    rmSync(target, { recursive: true });
  }
  mkdirSync(parent, { recursive: true });
  const temporary = join(parent, `.${name}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    mkdirSync(temporary);
    const tensorsPath = join(temporary, tensorsName);
    await writeSafetensors(tensorsPath, state.tensors);
    const tensorBytes = statSync(tensorsPath).size;
    const json = { format: checkpointFormat, step, tensorBytes, state: state.json };
    writeDurably(join(temporary, stateName), [Buffer.from(`${JSON.stringify(json)}\n`)]);
    syncFolder(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  syncFolder(parent);
  return name;
}

/** Reads the newest checkpoint that is whole. */
export async function latestCheckpoint(parent: string): Promise<FoundCheckpoint> {
  const problems: string[] = [];
  for (const step of stepsOf(parent).reverse()) {
    const found = await readCheckpoint(join(parent, `step-${step}`));
    if (typeof found !== 'string') return { state: found, problems };
    problems.push(found);
  }
  return { state: null, problems };
}

/** Removes all but the newest checkpoints, and what killed processes left unfinished. */
export function pruneCheckpoints(parent: string, keep: number): void {
  if (!existsSync(parent)) return;
  for (const step of stepsOf(parent).slice(0, -keep)) {
    rmSync(join(parent, `step-${step}`), { recursive: true, force: true });
  }
  for (const name of readdirSync(parent)) {
    if (name.startsWith('.step-')) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** Steps of which there is a checkpoint, in rising order. */
function stepsOf(parent: string): number[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * The state in a checkpoint's folder, or what is wrong with it. Its tensors are still in the file, which
 * must stay until they are taken.
 */
export async function readCheckpoint(folder: string): Promise<LoopState | string> {
  const tensorsPath = join(folder, tensorsName);
  try {
    const json = stateSchema.parse(JSON.parse(readFileSync(join(folder, stateName), 'utf8')));
    const size = statSync(tensorsPath).size;
    if (size !== json.tensorBytes) {
      return `${tensorsPath}: expected ${json.tensorBytes} bytes, got ${size}.`;
    }
    return { tensors: await unreadTensors(tensorsPath), json: json.state };
  } catch (error) {
    return `${folder}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
