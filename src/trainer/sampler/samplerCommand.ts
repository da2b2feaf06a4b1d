/** `instruct-studio sampler`: the process behind inline and side-by-side comparison. */
import { createInterface } from 'node:readline';
import { openProject } from '../../data/index.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';

/** See the file's header. */
export const samplerCommand: Command = {
  name: 'sampler',
  summary: 'Answer sampling requests on standard input, for the editor',
  positionals: [],
  required: false,
  options: { ...projectOption, ...commonOptions },
  stages: [],
  notes:
    'One JSON object a line, in and out; see src/protocol/sampler.ts. Ends when standard input closes.',
  async run(args, terminal) {
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const [{ ModelCache }, { RewardModelKeeper }, { Sampler }] = await Promise.all([
      import('./modelCache.ts'),
      import('./rewardModelKeeper.ts'),
      import('./sampler.ts'),
    ]);
    const rewardModels = new RewardModelKeeper(dir);
    const sampler = new Sampler({
      models: new ModelCache(dir),
      rewardModel: (reference) => rewardModels.get(reference),
      reply: (reply) => {
        terminal.print(JSON.stringify(reply));
      },
    });
    terminal.print(JSON.stringify({ type: 'ready' }));
    for await (const line of createInterface({ input: process.stdin })) sampler.receive(line);
    sampler.cancelAll();
    return exitCodes.ok;
  },
};
