/** The models that the sampler keeps loaded: those that were asked for last. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, loadLanguageModel, type LanguageModel } from '../../ml/models/index.ts';
import { resolveModel } from '../modelReference.ts';
import { checkpointOf, loadCheckpointModel, type Checkpoint } from './checkpointModel.ts';
import { TeacherForced } from './teacherForced.ts';

/** A model with what samples it, and what asks it about texts of others. */
export interface LoadedModel {
  readonly model: LanguageModel;
  readonly generator: Generator;
  readonly teacherForced: TeacherForced;
}

interface Kept {
  readonly modifiedMs: number;
  readonly loading: Promise<LoadedModel>;
  /** How many users it has now; it is freed by the last one when it is kept no longer. */
  users: number;
}

/** Keeps a few models of one project. */
export class ModelCache {
  private readonly project: string;
  private readonly capacity: number;
  /** In the order of their last use. */
  private readonly kept = new Map<string, Kept>();

  constructor(project: string, capacity = 3) {
    this.project = project;
    this.capacity = capacity;
  }

  /**
   * Calls `use` with the model of a folder or of a run's checkpoint, which is loaded anew when it has
   * changed on disk and stays loaded until `use` is done.
   * @throws InstructError `missing-file`, `bad-argument`, `bad-model`, `bad-run` or `bad-tokenizer`;
   * what `use` throws.
   */
  async with<T>(reference: string, use: (loaded: LoadedModel) => Promise<T>): Promise<T> {
    const checkpoint = checkpointOf(this.project, reference);
    const path = checkpoint?.path ?? resolveModel(this.project, reference);
    const kept = this.keep(path, checkpoint);
    kept.users += 1;
    try {
      return await use(await kept.loading);
    } catch (error) {
      await this.forgetBroken(path, kept);
      throw error;
    } finally {
      kept.users -= 1;
      this.freeUnused(path, kept);
    }
  }

  private keep(path: string, checkpoint: Checkpoint | undefined): Kept {
    const folder = join(this.project, path);
    const modifiedMs = statSync(checkpoint?.stateFile ?? join(folder, 'config.json')).mtimeMs;
    const standing = this.kept.get(path);
    const kept =
      standing?.modifiedMs === modifiedMs
        ? standing
        : {
            modifiedMs,
            loading: loaded(
              checkpoint === undefined
                ? loadLanguageModel(folder)
                : loadCheckpointModel(checkpoint),
            ),
            users: 0,
          };
    this.kept.delete(path);
    this.kept.set(path, kept);
    if (standing !== undefined) this.freeUnused(path, standing);
    for (const [name, oldest] of [...this.kept].slice(0, -this.capacity)) {
      this.kept.delete(name);
      this.freeUnused(name, oldest);
    }
    return kept;
  }

  /** A model that could not be loaded is tried again at the next request. */
  private async forgetBroken(path: string, kept: Kept): Promise<void> {
    const broken = await kept.loading.then(
      () => false,
      () => true,
    );
    if (broken && this.kept.get(path) === kept) this.kept.delete(path);
  }

  private freeUnused(path: string, kept: Kept): void {
    if (kept.users > 0 || this.kept.get(path) === kept) return;
    kept.loading.then(
      ({ generator, teacherForced }) => {
        generator.dispose();
        teacherForced.dispose();
      },
      () => undefined, // whoever asked for it was told
    );
  }
}

async function loaded(loading: Promise<LanguageModel>): Promise<LoadedModel> {
  const model = await loading;
  return {
    model,
    generator: new Generator(model.config),
    teacherForced: new TeacherForced(model),
  };
}
