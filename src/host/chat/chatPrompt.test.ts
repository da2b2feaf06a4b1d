import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatPrompt } from './chatPrompt.ts';

test('a single question is asked as it stands, as in the dataset', () => {
  assert.equal(
    chatPrompt([
      { role: 'user', text: '' },
      { role: 'user', text: ' What do owls eat?\n' },
    ]),
    'What do owls eat?',
  );
});

test('a conversation names its turns and ends with the one to come', () => {
  const turns = [
    { role: 'user', text: 'What do owls eat?' },
    { role: 'assistant', text: 'Mice.' },
    { role: 'user', text: 'And cows?' },
  ] as const;
  assert.equal(
    chatPrompt(turns),
    'User: What do owls eat?\nAssistant: Mice.\nUser: And cows?\nAssistant:',
  );
});

test('nothing but empty turns is an empty prompt', () => {
  assert.equal(chatPrompt([{ role: 'user', text: '  ' }]), '');
});
