import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';

const fixtures = join(import.meta.dirname, 'fixtures');
const saidSchema = z.object({ measured: z.number(), estimate: z.object({ total: z.number() }) });

for (const [name, program, argv] of [
  ['12 M, 4 × 512', 'trainAndMeasure.ts', [6, 384, 4096, 4, 512, 0, 0]],
  ['12 M, 4 × 512 with gradient checkpointing', 'trainAndMeasure.ts', [6, 384, 4096, 4, 512, 0, 1]],
  ['SFT of an adapter over 12 M, 6 × 192', 'stageAndMeasure.ts', ['sft', 6, 384, 4096, 6, 192, 8]],
  ['a reward model of 12 M, 12 × 128', 'stageAndMeasure.ts', ['rm', 6, 384, 4096, 12, 128, 0]],
  ['PPO of 12 M, 8 × 96', 'stageAndMeasure.ts', ['ppo', 6, 384, 4096, 8, 96, 0]],
] as const) {
  test(
    `the memory told in advance is within 15 % of what training takes: ${name}`,
    { skip: process.platform !== 'linux' && 'the estimate was fitted to glibc' },
    () => {
      const child = spawnSync(process.execPath, [join(fixtures, program), ...argv.map(String)], {
        encoding: 'utf8',
      });
      assert.equal(child.status, 0, child.stderr);
      const { measured, estimate } = saidSchema.parse(JSON.parse(child.stdout));
      const ratio = estimate.total / measured;
      assert.ok(ratio > 0.85 && ratio < 1.15, `${ratio.toFixed(2)} of ${measured} bytes`);
    },
  );
}
