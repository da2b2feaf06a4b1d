/** `instruct-studio inspect`: the episodes that a PPO run has kept, token by token. */
import { join } from 'node:path';
import { readRollouts } from '../data/index.ts';
import { InstructError } from '../protocol/errors.ts';
import { rolloutsFile, type RolloutRecord } from '../protocol/rollouts.ts';
import { commonOptions, type Command } from './command.ts';
import { usageError, type Arguments } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';
import { readRun } from './runFolder.ts';

/** What episodes are sorted by, the largest first. */
const orders = {
  score: ({ score }: RolloutRecord) => score,
  kl: ({ kl }: RolloutRecord) => kl,
  length: ({ tokens }: RolloutRecord) => tokens.length,
} as const;

/** See the file's header. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Show episodes of a PPO run token by token',
  positionals: ['FOLDER'],
  required: true,
  options: {
    iteration: { value: 'N', description: 'Of this iteration; the last one kept when absent.' },
    episode: { value: 'N', description: 'This episode of it, token by token.' },
    sort: { value: 'score|kl|length', description: 'The largest first; as drawn when absent.' },
    ...commonOptions,
  },
  stages: [],
  async run(args, terminal) {
    const { folder } = readRun(args.positionals[0]);
    const file = join(folder, rolloutsFile);
    const { records, problems } = await readRollouts(file);
    for (const problem of problems) terminal.progress.write(`${problem}\n`);
    const iteration = args.integer('iteration', 1) ?? records.at(-1)?.iteration ?? 0;
    const kept = records.filter((record) => record.iteration === iteration);
    if (kept.length === 0) throw nothing(file, iteration, records);
    const episode = args.integer('episode', 0);
    const chosen = sorted(
      kept.filter((record) => episode === undefined || record.episode === episode),
      args,
    );
    for (const record of chosen) {
      if (args.has('json')) terminal.print(JSON.stringify(record));
      else terminal.print(episode === undefined ? line(record) : table(record));
    }
    return exitCodes.ok;
  },
};

function sorted(records: readonly RolloutRecord[], args: Arguments): RolloutRecord[] {
  const text = args.text('sort');
  if (text === undefined) return [...records];
  if (text !== 'score' && text !== 'kl' && text !== 'length') {
    throw usageError('inspect', `--sort: expected score, kl or length, got "${text}"`);
  }
  return [...records].sort((a, b) => orders[text](b) - orders[text](a));
}

function nothing(
  file: string,
  iteration: number,
  records: readonly RolloutRecord[],
): InstructError {
  const known = [...new Set(records.map((record) => record.iteration))];
  return new InstructError({
    code: 'missing-file',
    message: `${file}: no episodes of iteration ${iteration} are kept.`,
    remedy:
      known.length === 0
        ? 'Only PPO runs keep episodes, every ppo.rolloutEvery iterations.'
        : `Kept are the iterations ${known.join(', ')}.`,
    place: { path: file },
  });
}

function line({ episode, score, kl, tokens, ended, prompt, completion }: RolloutRecord): string {
  const numbers = `${show(score)}  kl ${show(kl)}  ${String(tokens.length).padStart(3)} tokens`;
  const text = `${oneLine(prompt)} → ${oneLine(completion)}${ended ? '' : ' …'}`;
  return `${String(episode).padStart(3)}  score ${numbers}  ${text}`;
}

function table(record: RolloutRecord): string {
  const columns = [
    ['logprob', record.logprobs],
    ['reference', record.refLogprobs],
    ['kl', record.kls],
    ['value', record.values],
    ['reward', record.rewards],
    ['advantage', record.advantages],
  ] as const;
  const head = `${'token'.padEnd(14)}${columns.map(([name]) => name.padStart(11)).join('')}`;
  const rows = record.tokens.map(
    (token, t) =>
      `${oneLine(token).padEnd(14)}${columns.map(([, values]) => show(values[t]).padStart(11)).join('')}`,
  );
  return [line(record), head, ...rows].join('\n');
}

/** Text on one line, its control characters made visible: it came from a model. */
function oneLine(text: string): string {
  return JSON.stringify(text.trim() === '' ? text : text.trim()).slice(1, -1);
}

function show(value: number): string {
  return value.toFixed(3);
}
