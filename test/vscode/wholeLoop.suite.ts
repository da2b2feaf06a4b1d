import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { runFormat, type RunEvent, type RunSpec } from '../../src/protocol/run.ts';
import { after, eventually, suite, test } from './harness/suite.ts';
import { folder, rowOf, runIn, studio } from './studio.ts';

const id = 'pipeline-20261121-100000-wait';
const completionsFile = `completions/${id}-sample.jsonl`;
const rankingsFile = 'rankings/kim.jsonl';
const prompts = ['loop-1', 'loop-2'];

async function write(file: string, records: readonly object[]): Promise<void> {
  const target = path.join(folder(), file);
  await mkdir(path.dirname(target), { recursive: true });
  await appendFile(target, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

const completionId = (prompt: string, which: number): string => `${id}-sample-${prompt}-${which}`;

const ranking = (promptId: string): object => {
  const shown = [completionId(promptId, 0), completionId(promptId, 1)];
  return {
    id: `kim-${promptId}`,
    promptId,
    ranking: shown.map((each) => [each]),
    shown,
    labeler: 'kim',
    created: '2026-11-21T12:00:00Z',
  };
};

/** A whole loop that has sampled two completions of two prompts and stopped for people, as its folder says. */
async function writeWaitingLoop(): Promise<void> {
  const spec: RunSpec = {
    format: runFormat,
    id,
    stage: 'pipeline',
    created: '2026-11-21T10:00:00Z',
    models: { policy: 'models/base' },
    inputs: [],
    hyperparameters: { rankings: 'human', minRankings: 0, ptx: false },
    seed: 0,
    versions: {},
  };
  const time = Date.parse(spec.created);
  const why = { code: 'waiting-for-rankings', message: 'Waits for people: 0 of 2 are ranked.' };
  const events: RunEvent[] = [
    { type: 'started', time, stage: 'pipeline', pid: 1, totalSteps: 6 },
    { type: 'warning', time, step: 2, ...why },
    { type: 'stopped', time, step: 2 },
  ];
  await write(
    'prompts/loop.jsonl',
    prompts.map((prompt) => ({ id: prompt, prompt: `What is ${prompt}?`, split: 'train' })),
  );
  await write(
    completionsFile,
    prompts.flatMap((promptId) =>
      [0, 1].map((which) => ({
        id: completionId(promptId, which),
        promptId,
        completion: `Answer ${which}.`,
        model: { name: 'SFT' },
        finish: 'stop',
      })),
    ),
  );
  await write(`runs/${id}/events.jsonl`, events);
  await writeFile(path.join(folder(), 'runs', id, 'run.json'), JSON.stringify(spec));
}

suite('The whole loop with people', () => {
  after(async () => {
    for (const file of ['prompts/loop.jsonl', completionsFile, rankingsFile, 'runs']) {
      await rm(path.join(folder(), file), { recursive: true, force: true });
    }
  });

  test(
    'goes on by itself when the last prompt is ranked, and not before',
    async () => {
      const api = await studio();
      await writeWaitingLoop();
      const row = (): string | undefined => rowOf(api.rows('runs'), 'Pipeline')?.description;
      await eventually('it waits', () => row() === 'waits for people: 0 of 2 ranked');
      await write(rankingsFile, [ranking(prompts[0])]);
      await eventually('one is ranked', () => row() === 'waits for people: 1 of 2 ranked');
      assert.equal(api.runs().find((run) => run.id === id)?.state, 'stopped');
      await write(rankingsFile, [ranking(prompts[1])]);
      await runIn(api, 'running', id);
      await vscode.commands.executeCommand('instruct.stopRun', id);
      await runIn(api, 'stopped', id);
    },
    { timeoutMs: 120_000 },
  );
});
