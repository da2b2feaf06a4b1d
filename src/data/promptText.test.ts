import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelInput, promptText } from './promptText.ts';

test('a prompt is its text, and the model is fed it with a newline', () => {
  assert.equal(promptText({ prompt: 'Why is the sky blue?' }), 'Why is the sky blue?');
  assert.equal(modelInput('Why is the sky blue?'), 'Why is the sky blue?\n');
});

test('a single turn of a user is the same prompt', () => {
  assert.equal(promptText({ messages: [{ role: 'user', content: 'Hello' }] }), 'Hello');
});

test('a conversation names its roles and ends with the one that is to answer', () => {
  assert.equal(
    promptText({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: 'Who are you?' },
      ],
    }),
    'System: Be brief.\nUser: Hello\nAssistant: Hi.\nUser: Who are you?\nAssistant:',
  );
});

test('a few-shot prompt shows all pairs but the last, whose query it asks', () => {
  const pairs = [
    { query: 'snow', response: 'white' },
    { query: 'coal', response: 'black' },
  ];
  const prompt = { prompt: 'Name the colour.', pairs };
  assert.equal(promptText(prompt), 'Name the colour.\nsnow -> white\ncoal ->');
});

test('a deleted prompt may have no text', () => {
  assert.equal(promptText({}), '');
});
