/** `instruct-studio curate`: what the paper did to its prompts, proposed first, done when asked. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import {
  applyProposals,
  curationSteps,
  Dataset,
  openProject,
  proposalsOf,
  RecordStore,
  type CurationStep,
  type Proposal,
} from '../data/index.ts';
import type { curationReplySchema } from '../protocol/curation.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { usageError, type Arguments } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';

const shownProposals = 20;

/** See the file's header. */
export const curateCommand: Command = {
  name: 'curate',
  summary: 'Propose what the paper did to its prompts, and do it when asked',
  positionals: [],
  required: false,
  options: {
    ...projectOption,
    step: {
      value: 'NAME',
      multiple: true,
      description: `One of ${curationSteps.join(', ')}; all when absent.`,
    },
    prefix: {
      value: 'N',
      description: 'Prompts that begin with N equal characters are duplicates; 200 when absent.',
    },
    cap: { value: 'N', description: 'Prompts to keep of one owner; 200 when absent.' },
    by: { value: 'user|organization', description: 'Who an owner is; user when absent.' },
    confidence: {
      value: 'P',
      description: 'The least confidence of a find, 0 to 1; 0.5 when absent.',
    },
    keep: { value: 'ID', multiple: true, description: 'A prompt to leave as it is.' },
    only: {
      value: 'FILE',
      description: 'Change only the prompts whose ids are in this file, a JSON list.',
    },
    summary: { description: 'With --json, one object for all proposals of the one named step.' },
    apply: { description: 'Write the proposals of the named steps.' },
    ...commonOptions,
  },
  stages: [],
  notes:
    'Without --apply nothing is written. A removed or masked prompt gets a new line; the old one stays until the file is compacted.',
  async run(args, terminal) {
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const named = args.all('step').map(stepNamed);
    const isApplied = args.has('apply');
    if (isApplied && named.length === 0) {
      throw usageError('curate', '--apply: expected --step NAME, since nothing is changed unseen');
    }
    const options = optionsOf(args);
    const dataset = await Dataset.open(dir);
    const store = new RecordStore(dir);
    for (const step of named.length === 0 ? curationSteps : named) {
      const proposals = proposalsOf(step, dataset, options);
      if (isApplied) {
        await applyProposals(proposals, dataset, store);
        await dataset.refresh();
      }
      if (args.has('json') && args.has('summary')) {
        terminal.print(JSON.stringify(summaryOf(proposals, isApplied)));
        continue;
      }
      if (args.has('json')) {
        for (const { prompt, changes, why, finds } of proposals) {
          const { id, file, line } = prompt;
          terminal.print(
            JSON.stringify({ step, applied: isApplied, id, file, line, changes, why, finds }),
          );
        }
        continue;
      }
      terminal.print(`${step}: ${proposals.length} ${isApplied ? 'changed' : 'proposed'}`);
      for (const { prompt, why } of proposals.slice(0, shownProposals)) {
        terminal.print(`  ${prompt.file}:${prompt.line}: "${prompt.id}" ${why}`);
      }
      const more = proposals.length - shownProposals;
      if (more > 0) terminal.print(`  … and ${more} more (all of them with --json)`);
    }
    return exitCodes.ok;
  },
};

function summaryOf(
  proposals: readonly Proposal[],
  applied: boolean,
): z.infer<typeof curationReplySchema> {
  return {
    applied,
    proposals: proposals.map(({ prompt: { id, file, line }, why, like }) => ({
      id,
      file,
      line,
      why,
      ...(like === undefined ? {} : { group: like }),
    })),
  };
}

function idsIn(file: string): Set<string> {
  const ids = z.array(z.string()).safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  if (ids !== undefined) return new Set(ids);
  throw usageError('curate', `--only: expected a JSON list of ids in "${file}"`);
}

function stepNamed(name: string): CurationStep {
  const step = curationSteps.find((one) => one === name);
  if (step !== undefined) return step;
  throw usageError('curate', `--step: expected one of ${curationSteps.join(', ')}, got "${name}"`);
}

function optionsOf(args: Arguments): Parameters<typeof proposalsOf>[2] {
  const by = args.text('by') ?? 'user';
  const only = args.text('only');
  if (by !== 'user' && by !== 'organization') {
    throw usageError('curate', `--by: expected user or organization, got "${by}"`);
  }
  const confidence = Number(args.text('confidence') ?? '0.5');
  if (!(confidence >= 0 && confidence <= 1)) {
    throw usageError('curate', '--confidence: expected a number from 0 to 1');
  }
  return {
    prefix: args.integer('prefix', 1),
    cap: { limit: args.integer('cap', 1) ?? 200, by },
    confidence,
    keep: new Set(args.all('keep')),
    only: only === undefined ? undefined : idsIn(only),
  };
}
