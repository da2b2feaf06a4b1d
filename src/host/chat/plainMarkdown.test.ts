import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { plainMarkdown } from './plainMarkdown.ts';

/** The text of each paragraph; throws on anything that is not a paragraph of text. */
function paragraphs(markdown: string): string[] {
  return fromMarkdown(markdown).children.map((block) => {
    assert.ok(block.type === 'paragraph', `a ${block.type}`);
    return block.children.map((part) => (part.type === 'text' ? part.value : part.type)).join('');
  });
}

test('what a model wrote is read back as plain text, whatever it looks like', () => {
  const hostile = [
    '<img src=x onerror=alert(1)> &amp; **bold** _it_ `code`',
    '![picture](https://example.org/x.png) [link](command:x) <https://example.org> https://example.org',
    '# heading',
    '1. one',
    '- two > three | four ~~five~~ \\ six',
  ];
  assert.deepEqual(paragraphs(plainMarkdown(hostile.join('\n'))), hostile);
});

test('a text in pieces reads as the whole one', () => {
  const text = 'a *b* [c](d)\n> e';
  assert.equal(text.split(' ').map(plainMarkdown).join(' '), plainMarkdown(text));
});
