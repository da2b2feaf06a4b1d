import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';

const program = join(import.meta.dirname, 'fixtures/trainAndMeasure.ts');
const saidSchema = z.object({ measured: z.number(), estimate: z.object({ total: z.number() }) });

for (const [name, argv] of [
  ['12 M, 4 × 512', [6, 384, 4096, 4, 512, 0, 0]],
  ['12 M, 4 × 512 with gradient checkpointing', [6, 384, 4096, 4, 512, 0, 1]],
] as const) {
  test(
    `the memory told in advance is within 15 % of what training takes: ${name}`,
    { skip: process.platform !== 'linux' && 'the estimate was fitted to glibc' },
    () => {
      const child = spawnSync(process.execPath, [program, ...argv.map(String)], {
        encoding: 'utf8',
      });
      assert.equal(child.status, 0, child.stderr);
      const { measured, estimate } = saidSchema.parse(JSON.parse(child.stdout));
      const ratio = estimate.total / measured;
      assert.ok(ratio > 0.85 && ratio < 1.15, `${ratio.toFixed(2)} of ${measured} bytes`);
    },
  );
}
