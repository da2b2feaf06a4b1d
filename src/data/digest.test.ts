import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestFiles, sha256OfFile } from './digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'digest-'));
after(() => {
  rmSync(folder, { recursive: true });
});

test('digests are those of the standard', async () => {
  // FIPS 180-2, appendix B: "abc", and one million times "a".
  writeFileSync(join(folder, 'abc'), 'abc');
  writeFileSync(join(folder, 'million'), 'a'.repeat(1_000_000));
  assert.deepEqual(await digestFiles(folder, ['abc', 'million']), [
    {
      path: 'abc',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
    {
      path: 'million',
      sha256: 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    },
  ]);
});

test('a file that is missing is an error', async () => {
  await assert.rejects(sha256OfFile(join(folder, 'none')), { code: 'ENOENT' });
});
