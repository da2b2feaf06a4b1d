import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportReport } from '../../protocol/exchangeReport.ts';
import { importInWords, importPreview, recordsToAdd } from './importPreview.ts';

const report: ImportReport = {
  project: '/home/ann/project',
  dryRun: true,
  created: false,
  files: [
    {
      path: '/data/pairs.jsonl',
      container: 'jsonl',
      gzip: true,
      format: { name: 'trl-preference', title: 'TRL preference' },
      mapping: { prompt: 'prompt', chosen: 'completion, ranked first' },
      dropped: ['ip'],
      rows: 1234,
      badRows: 1,
    },
  ],
  added: { prompts: 1, demonstrations: 0, completions: 2400, rankings: 1200 },
  known: { prompts: 3, demonstrations: 0, completions: 0, rankings: 0 },
  repeated: 0,
  problems: [
    { path: '/data/pairs.jsonl', line: 3, column: 29, message: 'chosen: expected\na text' },
  ],
  written: [],
};

test('the page tells counts, format, mapping and problems, each at its place', () => {
  const { text, links } = importPreview(report, { isNew: true, ids: 'hash' });
  assert.match(text, /^# Import preview: nothing has been written yet$/m);
  assert.match(text, /^Into a new project in \/home\/ann\/project$/m);
  assert.match(text, /^completions +2,400 +0$/m);
  assert.match(text, /^TRL preference · JSONL in gzip · 1,234 rows, 1 with problems/m);
  assert.match(text, /^ {4}chosen +→ {2}completion, ranked first$/m);
  assert.match(text, /^ {4}ip +→ {2}\(left out\)$/m);
  assert.match(text, /^pairs\.jsonl:3:29 {2}chosen: expected a text$/m);
  const [link] = links;
  assert.equal(text.split('\n')[link.line].slice(0, link.length), 'pairs.jsonl:3:29');
  assert.deepEqual(link.at, { line: 3, column: 29 });
});

test('what is added is counted and said', () => {
  assert.equal(recordsToAdd(report), 3601);
  assert.equal(importInWords(report), '1 prompt, 2,400 completions, 1,200 rankings');
});
