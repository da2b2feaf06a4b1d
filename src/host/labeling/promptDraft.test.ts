import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftTemplates, promptsOfDraft, writtenKinds } from './promptDraft.ts';

const fewShot = `# Instruction

Polite or rude?

# Query
Give me that.
# Response
Rude
# Query
May I?
# Response
Polite
# Query
Move!
# Response
Rude
`;

test('K pairs make K prompts, each with the other K − 1 as its context', () => {
  const written = promptsOfDraft('few_shot', fewShot);
  assert.equal(written.length, 3);
  assert.deepEqual(written[1], {
    prompt: 'Polite or rude?\n\nGive me that.\n-> Rude\n\nMove!\n-> Rude\n\nMay I?\n->',
    completion: 'Polite',
  });
});

test('a plain and a user-based prompt keep their own headings and lists', () => {
  assert.deepEqual(promptsOfDraft('plain', '# Prompt\n\nWrite\n\n## A plan\n- one\n'), [
    { prompt: 'Write\n\n## A plan\n- one' },
  ]);
  assert.deepEqual(
    promptsOfDraft('user_based', '# Use case\nHelp in a shop\n# Prompt\nWhat is green?'),
    [{ prompt: 'What is green?', useCase: 'Help in a shop' }],
  );
});

test('what is missing is named, and an untouched template is never a prompt', () => {
  for (const kind of writtenKinds) {
    assert.throws(() => promptsOfDraft(kind, draftTemplates[kind]), /nothing under “# /);
  }
  assert.throws(
    () => promptsOfDraft('few_shot', `${fewShot}# Query\nHello`),
    /4 queries and 3 responses/,
  );
});
