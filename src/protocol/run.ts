/**
 * The contract between a run and whoever watches it: the files of a run folder
 * (`runs/<id>/`). The trainer writes them, the host reads them; neither imports the other.
 */
import * as z from 'zod';
import { engineShape } from './engine.ts';
import { errorCodes } from './errors.ts';

/** The version of the run folder's layout that this build reads and writes. */
export const runFormat = 1;

/** What a run does. `pipeline` runs the others one after another. */
export const stages = [
  'pretrain',
  'sft',
  'rm',
  'ppo',
  'dpo',
  'expert',
  'sample',
  'rank',
  'eval',
  'pipeline',
] as const;
/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** File names inside a run folder. */
export const runFiles = {
  spec: 'run.json',
  events: 'events.jsonl',
  heartbeat: 'heartbeat.json',
  control: 'control',
  checkpoints: 'checkpoints',
  model: 'model',
  /** The model of the best step so far, where the stage keeps one. */
  best: 'best',
  log: 'trainer.log',
  tensorboard: 'tensorboard',
} as const;

/** Files that a watcher creates in `control/`; the trainer obeys and removes them. */
export const controlNames = ['stop', 'pause', 'checkpoint-now'] as const;
/** One of {@link controlNames}. `pause` holds as long as its file exists. */
export type ControlName = (typeof controlNames)[number];

/** A file of the project and what was in it. */
export const digestedFileSchema = z.object({
  /** Path relative to the project folder, with forward slashes. */
  path: z.string(),
  /** SHA-256 of the bytes, in hex. */
  sha256: z.string(),
});

/** `run.json`: everything that decides the result. Paths are relative to the project folder. */
export const runSpecSchema = z.object({
  format: z.int().min(1),
  id: z.string().min(1),
  stage: z.enum(stages),
  created: z.iso.datetime({ offset: true }),
  /**
   * Model folders by role: `policy` (what is trained or sampled), `reward`, `reference`,
   * `baseline`. A role that the stage does not use is absent.
   */
  models: z.record(z.string(), z.string()),
  /** Dataset files as they were when the run was made. */
  inputs: z.array(digestedFileSchema),
  /** The preset that the hyper-parameters started from; absent in older runs. */
  preset: z.string().exactOptional(),
  /** Every hyper-parameter of the stage, resolved. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  seed: z.int().min(0),
  /** TensorBoard event files are written into `tensorboard/`; they do not change the result. */
  tensorboard: z.boolean().exactOptional(),
  ...engineShape,
  versions: z.record(z.string(), z.string()),
});
/** See {@link runSpecSchema}. */
export type RunSpec = z.infer<typeof runSpecSchema>;

const step = z.int().min(0);
/** An `ErrorData` that comes from disk or from another process. */
export const errorDataSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  remedy: z.string(),
  place: z
    .object({
      path: z.string(),
      line: z.int().exactOptional(),
      column: z.int().exactOptional(),
      key: z.string().exactOptional(),
    })
    .exactOptional(),
});

/** One line of `events.jsonl`. `time` is milliseconds since the epoch. */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    time: z.number(),
    stage: z.enum(stages),
    pid: z.int(),
    totalSteps: step,
    /** The step of the checkpoint from which the run goes on; absent at the first start. */
    resumedFrom: step.optional(),
  }),
  z.object({
    /** Its process waits for the device. */
    type: z.literal('queued'),
    time: z.number(),
    /** The run that has to end first. */
    behind: z.string(),
  }),
  z.object({
    type: z.literal('progress'),
    time: z.number(),
    step,
    totalSteps: step,
    /** What is being done now, in a few words. */
    message: z.string().optional(),
    secondsLeft: z.number().optional(),
    /** Of a pipeline: the id of the run that is at work for it. */
    child: z.string().optional(),
  }),
  z.object({
    type: z.literal('metrics'),
    time: z.number(),
    step,
    values: z.record(z.string(), z.number()),
  }),
  z.object({
    type: z.literal('sample'),
    time: z.number(),
    step,
    promptId: z.string().optional(),
    prompt: z.string(),
    completion: z.string(),
    score: z.number().optional(),
    /** Of a reward model's run: the place that labelers gave to this completion, from 1. */
    rank: z.int().min(1).optional(),
  }),
  z.object({ type: z.literal('checkpoint'), time: z.number(), step, path: z.string() }),
  z.object({
    type: z.literal('warning'),
    time: z.number(),
    step: step.optional(),
    code: z.string(),
    message: z.string(),
    /** What to do about it, where that is known. */
    remedy: z.string().optional(),
  }),
  z.object({ type: z.literal('paused'), time: z.number(), step }),
  z.object({ type: z.literal('continued'), time: z.number(), step }),
  z.object({ type: z.literal('stopped'), time: z.number(), step }),
  z.object({
    type: z.literal('failed'),
    time: z.number(),
    step: step.optional(),
    error: errorDataSchema,
  }),
  z.object({
    type: z.literal('finished'),
    time: z.number(),
    step,
    /** The result model's folder relative to the project, where the stage makes one. */
    model: z.string().optional(),
    /** What the stage found, for people and for later stages. */
    summary: z.record(z.string(), z.unknown()).optional(),
  }),
]);
/** See {@link runEventSchema}. */
export type RunEvent = z.infer<typeof runEventSchema>;

/** `heartbeat.json`, replaced every second while the process lives. */
export const heartbeatSchema = z.object({
  pid: z.int(),
  /** Start of the process, milliseconds since the epoch: tells a reused pid. */
  startedAt: z.number(),
  /** Time of this beat, milliseconds since the epoch. */
  beatAt: z.number(),
  /** Random, one per process: the owner of the run folder. */
  token: z.string(),
});
/** See {@link heartbeatSchema}. */
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** A heartbeat older than this says that the process is gone. */
export const heartbeatStaleMs = 5000;

/**
 * What a run is doing. `queued`: its process waits for the device. `interrupted`: its events say that it runs, but its process is gone.
 */
export type RunState =
  'created' | 'queued' | 'running' | 'paused' | 'stopped' | 'interrupted' | 'failed' | 'finished';
