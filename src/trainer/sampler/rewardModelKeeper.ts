/** The reward model that the sampler keeps loaded: the one that was asked for last. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { loadRewardModel, type RewardModel } from '../../ml/models/index.ts';
import { resolveModel } from '../modelReference.ts';

/** See the file's header. It is loaded anew when it has changed on disk. */
export class RewardModelKeeper {
  private readonly project: string;
  private kept: { readonly key: string; readonly loading: Promise<RewardModel> } | undefined;

  constructor(project: string) {
    this.project = project;
  }

  /** @throws InstructError `missing-file`, `bad-argument`, `bad-model` or `bad-tokenizer`. */
  async get(reference: string): Promise<RewardModel> {
    const folder = join(this.project, resolveModel(this.project, reference));
    const key = `${folder} ${statSync(join(folder, 'config.json')).mtimeMs}`;
    if (this.kept?.key !== key) this.kept = { key, loading: loadRewardModel(folder) };
    const { kept } = this;
    try {
      return await kept.loading;
    } catch (thrown) {
      if (this.kept === kept) this.kept = undefined; // tried again at the next request
      throw thrown;
    }
  }
}
