import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readLines } from './jsonlLines.ts';
import type { ReadLinesOptions, TextLine, UnreadableLine } from './jsonlLines.ts';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'file.jsonl');

async function read(
  content: string | Uint8Array,
  options: ReadLinesOptions = {},
): Promise<(TextLine | UnreadableLine)[]> {
  writeFileSync(path, content);
  const lines: (TextLine | UnreadableLine)[] = [];
  for await (const batch of readLines(path, options)) lines.push(...batch);
  return lines;
}

const texts = (lines: (TextLine | UnreadableLine)[]): string[] =>
  lines.map((line) => (line.type === 'text' ? line.text : `<${line.code}>`));

test('lines end with LF or CRLF, and the last one with nothing', async () => {
  const lines = await read('one\r\ntwo\n\nfour');
  assert.deepEqual(texts(lines), ['one', 'two', '', 'four']);
  assert.deepEqual(
    lines.map(({ line, offset, bytes, terminated }) => [line, offset, bytes, terminated]),
    [
      [1, 0, 5, true],
      [2, 5, 4, true],
      [3, 9, 1, true],
      [4, 10, 4, false],
    ],
  );
});

test('an empty file has no lines', async () => {
  assert.deepEqual(await read(''), []);
});

test('a byte-order mark belongs to the first line but not to its text', async () => {
  const [first, second] = await read('\uFEFFone\n\uFEFFtwo\n');
  assert.deepEqual(texts([first, second]), ['one', '\uFEFFtwo']);
  assert.equal(first.bytes, 7);
});

test('any text comes back line by line, with offsets that lead to the same bytes', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replace(/[\r\n\uFEFF]/g, '')),
    fc.constantFrom('é', '漢字', '😀', '"', '\\', '\u0000'),
    // Long enough for a line to span chunks of 256 KiB, with characters on the borders.
    fc.nat(300_000).map((count) => '漢'.repeat(count)),
  );
  const line = fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join(''));
  const ended = fc.tuple(line, fc.constantFrom('\n', '\r\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(ended, { maxLength: 12 }), async (pairs) => {
      const content = Buffer.from(pairs.map(([text, ending]) => text + ending).join(''));
      const lines = await read(content);
      assert.deepEqual(
        texts(lines),
        pairs.map(([text]) => text.toWellFormed()),
      );
      for (const { offset, bytes, type } of lines) {
        assert.equal(type, 'text');
        const raw = content.subarray(offset, offset + bytes).toString();
        assert.ok(raw.endsWith('\n'));
      }
    }),
    { numRuns: 30 },
  );
});

test('reading can start at a later line', async () => {
  const lines = await read('one\ntwo\nthree\n', { from: { offset: 4, line: 2 } });
  assert.deepEqual(texts(lines), ['two', 'three']);
  assert.deepEqual(
    lines.map(({ line, offset }) => [line, offset]),
    [
      [2, 4],
      [3, 8],
    ],
  );
});

test('a line that is too long is reported in its place and hides no other', async () => {
  const long = 'x'.repeat(1_000_000);
  const lines = await read(`one\n${long}\nthree\n${long}`, { maxLineBytes: 1000 });
  assert.deepEqual(texts(lines), ['one', '<line-too-long>', 'three', '<line-too-long>']);
  assert.deepEqual(
    lines.map(({ offset, bytes }) => [offset, bytes]),
    [
      [0, 4],
      [4, 1_000_001],
      [1_000_005, 6],
      [1_000_011, 1_000_000],
    ],
  );
});

test('a byte that is not UTF-8 is found at its column', async () => {
  const bad = Buffer.concat([
    Buffer.from('good\nä漢😀'),
    Buffer.from([0xff]),
    Buffer.from('x\nend\n'),
  ]);
  const lines = await read(bad);
  assert.deepEqual(texts(lines), ['good', '<bad-utf8>', 'end']);
  const found = lines[1];
  assert.equal(found.type, 'unreadable');
  // ä and 漢 are one UTF-16 unit each, 😀 two: the byte stands in column 5.
  assert.equal(found.column, 5);
  assert.match(found.message, /0xff/);
});

test('a file in UTF-16 is named as what it is', async () => {
  const [line] = await read(Buffer.from('\uFEFF{"id":"a"}\n', 'utf16le'));
  assert.equal(line.type, 'unreadable');
  assert.match(line.message, /UTF-16.*UTF-8/);
});

test('a last line that breaks off inside a character is text up to there', async () => {
  const whole = Buffer.from('{"prompt":"漢');
  const [line] = await read(whole.subarray(0, -1));
  assert.equal(line.type, 'text');
  assert.equal(line.text, '{"prompt":"');
});

test('a file far larger than the memory allowed is read through', () => {
  const line = `${JSON.stringify({ id: 'x', prompt: 'word '.repeat(160) })}\n`;
  writeFileSync(path, line.repeat(100_000)); // 83 MB
  const script = `
    const { readLines } = await import(${JSON.stringify(import.meta.resolve('./jsonlLines.ts'))});
    let count = 0;
    for await (const batch of readLines(${JSON.stringify(path)})) count += batch.length;
    console.log(count, Math.round(process.resourceUsage().maxRSS / 1024));`;
  const output = execFileSync(
    process.execPath,
    ['--max-old-space-size=24', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  const [count, megabytes] = output.trim().split(' ').map(Number);
  assert.equal(count, 100_000);
  assert.ok(megabytes < 250, `took ${megabytes} MB`);
});
