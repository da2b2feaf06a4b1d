import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InstructError } from '../protocol/errors.ts';
import { appendLines } from './appendFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'append-'));
after(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;
const freshPath = (): string => join(folder, String(++files), 'labels', 'anna.jsonl');
const module = JSON.stringify(import.meta.resolve('./appendFile.ts'));
const noon = (): Date => new Date('2026-11-21T12:00:00.000Z');

test('an append makes the folder and the file', async () => {
  const path = freshPath();
  assert.deepEqual(await appendLines(path, ['{"a":1}', '{"b":"é"}']), {
    offset: 0,
    bytes: 19,
    repaired: null,
  });
  assert.equal(readFileSync(path, 'utf8'), '{"a":1}\n{"b":"é"}\n');
  assert.deepEqual(await appendLines(path, ['{"c":3}']), { offset: 19, bytes: 8, repaired: null });
  assert.deepEqual(readdirSync(join(path, '..')), ['anna.jsonl'], 'no lock is left');
});

test('the line endings of a file are kept', async () => {
  const path = freshPath();
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '{"a":1}\r\n{"b":2}\r\n');
  await appendLines(path, ['{"c":3}', '{"d":4}']);
  assert.equal(readFileSync(path, 'utf8'), '{"a":1}\r\n{"b":2}\r\n{"c":3}\r\n{"d":4}\r\n');
});

for (const ending of ['\n', '\r\n']) {
  const name = ending === '\n' ? 'LF' : 'CRLF';
  test(`a file torn at any byte (${name}) keeps every whole record and takes new ones`, async () => {
    const lines = ['{"id":"a","t":"x\\"{"}', '{"id":"b","t":"漢😀"}', '{"id":"c","n":[1,{"y":2}]}'];
    const whole = Buffer.from(lines.map((line) => line + ending).join(''));
    for (let cut = 0; cut <= whole.length; cut++) {
      const path = freshPath();
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, whole.subarray(0, cut));
      const { repaired } = await appendLines(path, ['{"id":"d"}'], noon);

      const after = readFileSync(path, 'utf8').split(/\r?\n/);
      assert.equal(after.pop(), '', 'the last line is ended');
      assert.equal(after.pop(), '{"id":"d"}');
      // A record is whole as soon as its last bracket stands, newline or not.
      const isWhole = (_: string, index: number): boolean => {
        const upTo = lines.slice(0, index + 1).join(ending);
        return cut >= Buffer.byteLength(upTo);
      };
      assert.deepEqual(after, lines.filter(isWhole), `cut at byte ${String(cut)}`);

      const kept = Buffer.byteLength(after.map((line) => line + ending).join(''));
      const torn = whole.subarray(Math.min(kept, cut), cut);
      assert.equal(repaired?.bytes ?? 0, torn.length);
      if (repaired !== null) {
        assert.equal(repaired.savedTo, `${path}.torn-20261121T120000.000Z`);
        assert.deepEqual(readFileSync(repaired.savedTo), torn);
      }
    }
  });
}

test('zero bytes that a power cut left at the end are set aside', async () => {
  const path = freshPath();
  await appendLines(path, ['{"a":1}']);
  writeFileSync(path, Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.alloc(5000)]));
  const { repaired } = await appendLines(path, ['{"b":2}'], noon);
  assert.equal(repaired?.bytes, 5000);
  assert.equal(readFileSync(path, 'utf8'), '{"a":1}\n{"b":2}\n');
});

test('a wrong last line that somebody typed stays where it is', async () => {
  const path = freshPath();
  await appendLines(path, ['{"a":1}']);
  writeFileSync(path, '{"a":1}\nnot json at all');
  const { repaired } = await appendLines(path, ['{"b":2}']);
  assert.equal(repaired, null);
  assert.equal(readFileSync(path, 'utf8'), '{"a":1}\nnot json at all\n{"b":2}\n');
});

test('four processes that append to one file lose and tear nothing', async () => {
  const path = freshPath();
  const script = `
    const { appendLines } = await import(${module});
    const [path, who] = process.argv.slice(1);
    for (let n = 0; n < 60; n++) {
      // Long lines of different lengths, so that a torn or mixed one would show.
      await appendLines(path, [JSON.stringify({ who, n, text: who.repeat(1 + (n * 977) % 20000) })]);
    }`;
  const children = ['a', 'b', 'c', 'd'].map((who) =>
    spawn(process.execPath, ['--input-type=module', '-e', script, path, who], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  );
  const codes = await Promise.all(
    children.map((child) => new Promise((resolve) => child.on('exit', resolve))),
  );
  assert.deepEqual(codes, [0, 0, 0, 0]);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const seen = new Map<string, number>();
  for (const line of lines) {
    const record = JSON.parse(line) as { who: string; n: number; text: string };
    assert.equal(record.n, seen.get(record.who) ?? 0, 'each process in its own order');
    assert.equal(record.text.length, 1 + ((record.n * 977) % 20000));
    seen.set(record.who, record.n + 1);
  }
  assert.deepEqual([...seen.values()], [60, 60, 60, 60]);
});

test('a process killed while it appends loses nothing that it was told is saved', async () => {
  const path = freshPath();
  const script = `
    const { appendLines } = await import(${module});
    const [path, round] = process.argv.slice(1);
    for (let n = 0; ; n++) {
      await appendLines(path, [JSON.stringify({ id: round + '/' + n, text: 'x'.repeat(50000) })]);
      process.stdout.write(round + '/' + n + '\\n');
    }`;
  const acknowledged: string[] = [];
  for (let round = 0; round < 6; round++) {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, path, String(round)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    const closed = new Promise((resolve) => child.on('close', resolve));
    const first = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        resolve();
      });
    });
    await first;
    await sleep(7 * round + 3);
    child.kill('SIGKILL');
    await closed;
    acknowledged.push(...output.split('\n').slice(0, -1));
  }
  await appendLines(path, ['{"id":"last"}']); // repairs, and breaks the lock of the dead
  const ids = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  const standing = new Set(ids);
  assert.ok(acknowledged.length >= 6);
  for (const id of acknowledged) assert.ok(standing.has(id), `${id} was acknowledged and is gone`);
  assert.equal(ids.at(-1), 'last');
});

/** Appends in a child process under a shell command that limits what can be written. */
function appendUnderLimit(prefix: string, path: string): string {
  const script = `
    const { appendLines } = await import(${module});
    const path = ${JSON.stringify(path)};
    await appendLines(path, ['{"id":"first"}']);
    for (;;) {
      try {
        await appendLines(path, [JSON.stringify({ id: 'x'.repeat(7000) })]);
      } catch (error) {
        console.log(JSON.stringify({ code: error.code, message: error.message, remedy: error.remedy }));
        break;
      }
    }
    const fs = await import('node:fs');
    const left = fs.readdirSync(path.replace(/[^/]*$/, ''));
    if (left.length !== 1) throw new Error('left behind: ' + left);
    fs.writeSync(1, fs.readFileSync(path));`;
  const quoted = `'${script.replaceAll("'", String.raw`'\''`)}'`;
  return execFileSync(
    'sh',
    ['-c', `${prefix} ${process.execPath} --input-type=module -e ${quoted}`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

function assertNothingHalfWritten(output: string): void {
  const [failure, ...lines] = output.trimEnd().split('\n');
  const { code, message, remedy } = JSON.parse(failure) as Record<string, string>;
  assert.equal(code, 'disk-full');
  assert.match(message, /labels\/anna\.jsonl.*Nothing was written/);
  assert.match(remedy, /Free some disk space/);
  assert.equal(lines[0], '{"id":"first"}');
  assert.ok(lines.length > 1);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown);
}

test(
  'a write cut short by a limit on file sizes leaves nothing half-written',
  { skip: process.platform === 'win32' ? 'needs a POSIX shell' : false },
  () => {
    // 24 blocks of 512 bytes or 1 KiB: the shell's unit differs, the file stays small.
    assertNothingHalfWritten(appendUnderLimit('ulimit -f 24; exec', freshPath()));
  },
);

function privateMountsRefused(): string | false {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', folder], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs Linux with private mounts, to make a disk of 64 KiB';
  }
}

test(
  'a full disk is reported as such and leaves nothing half-written',
  { skip: privateMountsRefused() },
  () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=64k none ${disk} &&`;
    const path = join(disk, 'labels', 'anna.jsonl');
    // The mount lives and dies with the child's own mount namespace.
    const output = appendUnderLimit(`unshare -rm sh -c '${script} exec "$@"' sh`, path);
    assertNothingHalfWritten(output);
  },
);

test('a folder that is a file is an error that says so, and nothing is made', async () => {
  const path = freshPath();
  mkdirSync(join(path, '..', '..'), { recursive: true });
  writeFileSync(join(path, '..'), 'in the way');
  await assert.rejects(appendLines(path, ['{}']), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'io-failed');
    assert.match(error.message, /labels\/anna\.jsonl/);
    return true;
  });
  assert.equal(readFileSync(join(path, '..'), 'utf8'), 'in the way');
});
