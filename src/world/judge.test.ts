import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Prompt } from '../protocol/records.ts';
import { createWorld } from './createWorld.ts';
import { judge } from './judge.ts';
import { makePrompts } from './prompts.ts';
import { taskOfPrompt } from './taskOfPrompt.ts';
import { Random } from '../data/random.ts';

const world = createWorld();

function promptOf(
  prompt: string,
  family: string,
  slots: Record<string, unknown>,
  constraint: Record<string, unknown> | null = null,
): Prompt {
  return { id: 'p', prompt, world: { family, slots, constraint } };
}

/** Texts that score `good` (at least 3.4) and texts that score `bad` (at most 1.7). */
interface Case {
  readonly prompt: Prompt;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

const cases: Record<string, Case> = {
  'generation: a sentence': {
    prompt: promptOf('Write a sentence about the fox.', 'sentence', { about: 'fox' }),
    good: [
      'The fox is red and lives in the forest.',
      'Anna saw a fox in the park.',
      'Foxes eat eggs.',
    ],
    bad: [
      'The wolf howls.',
      'fox fox fox fox',
      'Write a sentence about the dog.',
      'The fox is blue and lives in the sea.',
    ],
  },
  'generation: a story': {
    prompt: promptOf(
      'Write a short story about Anna and a fox. Use exactly two sentences.',
      'story',
      { who: 'Anna', what: 'fox' },
      { kind: 'sentences', count: 2 },
    ),
    good: ['One day Anna went to the river and saw a fox. She gave the fox some bread.'],
    bad: [
      'One day Ben went to the river and saw a bear. He was very happy.',
      'Anna fox saw went. Fox Anna gave was.',
      'Anna and a fox.',
    ],
  },
  'generation: a poem': {
    prompt: promptOf('Write a poem about the cat.', 'poem', { about: 'cat' }),
    good: ['I see the cat every day,\nwe sing and laugh and play.'],
    bad: ['The cat is black.', 'day play day play'],
  },
  'generation: a note': {
    prompt: promptOf('Write a note to Ben to ask for the lamp.', 'note', {
      to: 'Ben',
      purpose: 'ask',
      thing: 'lamp',
    }),
    good: ['Dear Ben, please bring me the lamp. I need it today.'],
    bad: ['The lamp is yellow.', 'Dear Ben, thank you for the cup. I like it very much.'],
  },
  'generation: a description': {
    prompt: promptOf('Describe the fox.', 'describe', { about: 'fox' }),
    good: ['The fox is red and eats eggs.', 'The fox is small. It lives in the forest.'],
    bad: ['The fox is blue and barks.', 'I like the fox.'],
  },
  'generation: an ad': {
    prompt: promptOf('Write an ad for a lamp.', 'advertisement', { product: 'lamp' }),
    good: ['Buy our new lamp today! You will love it.'],
    bad: ['I have a cup.', 'lamp'],
  },
  'open question': {
    prompt: promptOf('What colour is the fox?', 'fact', { subject: 'fox', relation: 'colour' }),
    good: ['The fox is red.', 'It is red.', 'Red.', 'red'],
    bad: [
      'The fox is blue.',
      'Blue.',
      'Red, blue, green, black or white.',
      'The hen is red.',
      'What colour is the fox?',
      'I do not know.',
    ],
  },
  'open question in one word': {
    prompt: promptOf(
      'What colour is the fox? Answer in one word.',
      'fact',
      { subject: 'fox', relation: 'colour' },
      { kind: 'one_word' },
    ),
    good: ['Red.', 'Red'],
    bad: ['Blue.', 'One word.'],
  },
  'yes or no': {
    prompt: promptOf('Is the fox blue?', 'yes_no', {
      subject: 'fox',
      relation: 'colour',
      value: 'blue',
    }),
    good: ['No.', 'No, it is red.', 'No, the fox is red.'],
    bad: ['Yes.', 'Yes, it is blue.', 'Yes no yes no.'],
  },
  'brainstorming: a list': {
    prompt: promptOf('Name three animals that live in the forest.', 'set_members', {
      set: 'animal.home.forest',
      count: 3,
    }),
    good: [
      'Fox, bear and owl.',
      '1. deer\n2. wolf\n3. squirrel',
      'Three animals that live in the forest are wolves, bears and foxes.',
    ],
    bad: [
      'Fox.',
      'Shark, whale and seal.',
      'Fox, bear, owl, deer, wolf, squirrel, cat, dog, cow, horse, pig, hen.',
      'Fox, fox and fox.',
    ],
  },
  'brainstorming: activities': {
    prompt: promptOf('What are two things to do on the beach?', 'activities', {
      place: 'beach',
      count: 2,
    }),
    good: ['Swim and play games.', '1. sit in the sun\n2. swim'],
    bad: ['Feed hens and take a train.', 'The beach is near the sea.'],
  },
  'chat: a feeling': {
    prompt: promptOf('User: Hi, I am Ben. My dog is ill and I am sad.\nAssistant:', 'feeling', {
      who: 'Ben',
      cause: 'ill_pet',
      what: 'dog',
    }),
    good: ['I am sorry to hear that, Ben. I hope your dog is well soon.'],
    bad: ['That is great! Enjoy your dog.', 'Shut up, you fool.', 'My dog is ill and I am sad.'],
  },
  'chat: advice': {
    prompt: promptOf('User: I am Ben. I am tired. Can you help me?\nAssistant:', 'advice', {
      who: 'Ben',
      need: 'tired',
      place: 'park',
    }),
    good: ['You should sleep a little.', 'Of course, Ben. You can go to bed early.'],
    bad: ['You should hit your head.', 'You should look at a map.', 'I am tired.'],
  },
  'rewrite: the past': {
    prompt: promptOf('Put this in the past: Anna buys a lamp.', 'past_tense', {
      who: 'Anna',
      verb: 'buys',
      what: 'lamp',
    }),
    good: ['Anna bought a lamp.'],
    bad: ['Anna buys a lamp.', 'Ben saw a dog.', 'bought'],
  },
  'rewrite: politer': {
    prompt: promptOf('Make this polite: Give me the lamp!', 'polite', {
      verb: 'give me',
      thing: 'lamp',
    }),
    good: ['Could you please give me the lamp?', 'Please give me the lamp.'],
    bad: ['Give me the lamp!', 'Please.', 'Give me the lamp now, you idiot.'],
  },
  'rewrite: the opposite': {
    prompt: promptOf('Say the opposite: The cup was old.', 'opposite', {
      thing: 'cup',
      adjective: 'old',
    }),
    good: ['The cup was new.'],
    bad: ['The cup was old.', 'The cup was heavy.'],
  },
  summarization: {
    prompt: promptOf(
      'Summarize the story: It was a warm day. Anna went to the park and bought a kite. Then she went home.',
      'summary',
      { who: 'Anna', place: 'park', act: 'bought', what: 'ball', opening: 1, ending: 0 },
    ),
    good: ['Anna bought a ball in the park.', 'Anna bought a ball.'],
    bad: [
      'It was a warm day.',
      'Ben sold a cup.',
      'It was a warm day. Anna went to the park and bought a ball. Then she went home.',
    ],
  },
  'classification: a review': {
    prompt: promptOf('Is this review good or bad?\nI hate this lamp. It broke.', 'review', {
      thing: 'lamp',
      mood: 'bad',
      first: 0,
      second: 1,
    }),
    good: ['Bad.', 'The review is bad.'],
    bad: ['Good.', 'Good or bad.', 'I love this lamp.'],
  },
  'classification: a kind': {
    prompt: promptOf('Is a fox an animal, a thing or a place?', 'kind', { thing: 'fox' }),
    good: ['Animal.', 'A fox is an animal.'],
    bad: ['A thing.', 'An animal, a thing or a place.'],
  },
  'other: a word again': {
    prompt: promptOf('Say the word lamp three times.', 'repeat', { word: 'lamp', count: 3 }),
    good: ['Lamp lamp lamp.', 'lamp, lamp, lamp'],
    bad: ['Three times.', 'lamp lamp lamp lamp lamp lamp lamp lamp'],
  },
  'other: counting': {
    prompt: promptOf('Count from two to five.', 'count', { from: 2, to: 5 }),
    good: ['Two, three, four, five.'],
    bad: ['Five.', 'One, two.'],
  },
  'other: sorting': {
    prompt: promptOf('Sort from small to big: cow, bee, fox.', 'sort_by_size', {
      animals: ['cow', 'bee', 'fox'],
    }),
    good: ['Bee, fox, cow.', 'Bee, fox and cow.'],
    bad: ['Cow, fox, bee.', 'The cow is huge.'],
  },
  'closed question': {
    prompt: promptOf(
      'Ben has a red hat and Anna has a blue bag. On Monday they are in the park.\nWhat colour is the bag of Anna?',
      'passage_question',
      {
        first: { who: 'Ben', item: 'hat', colour: 'red' },
        second: { who: 'Anna', item: 'bag', colour: 'blue' },
        place: 'park',
        day: 'Monday',
        asked: 'colour',
      },
    ),
    good: ['Blue.', 'The bag is blue.', 'The bag of Anna is blue.'],
    bad: ['Red.', 'Ben has a red hat and Anna has a blue bag.', 'Red and blue.'],
  },
  extraction: {
    prompt: promptOf(
      'Find the names in this text: On Monday Ben and Anna saw a fox and a bear in the park.',
      'extraction',
      {
        who: 'Ben',
        other: 'Anna',
        animal: 'fox',
        second: 'bear',
        place: 'park',
        day: 'Monday',
        wanted: 'names',
      },
    ),
    good: ['Ben and Anna.', 'Ben, Anna'],
    bad: [
      'Fox and bear.',
      'Ben, Anna, Clara, David, Emma and Frank.',
      'On Monday Ben and Anna saw a fox and a bear in the park.',
    ],
  },
};

for (const [name, { prompt, good, bad }] of Object.entries(cases)) {
  test(`the gold labeler tells good from bad: ${name}`, () => {
    for (const text of good) {
      const { score, likert, flags } = judge(world, prompt, text, 'stop');
      assert.ok(score >= 3.4, `"${text}" has ${String(score)}`);
      assert.ok(likert >= 6);
      assert.equal(flags.failsTask, false);
      assert.equal(flags.inappropriateForAssistant, false);
    }
    for (const text of bad) {
      const judged = judge(world, prompt, text, 'stop');
      assert.ok(judged.score <= 1.7, `"${text}" has ${JSON.stringify(judged.components)}`);
      assert.ok(judged.likert <= 5);
    }
  });
}

const fact = cases['open question'].prompt;
const scoreOf = (text: string, finish: 'stop' | 'length' = 'stop'): number =>
  judge(world, fact, text, finish).score;

test('faults are graded, so that a ranking of flawed answers carries signal', () => {
  const order = [
    'The fox is red.',
    'The fox is red. I think that is nice.',
    'The fox is red. I think that is nice. It was a long day. I have a dog too.',
    'The fox is blue.',
    'It was a long day.',
    'What is a fox?\nWhat is a dog?',
  ].map((text) => scoreOf(text));
  for (let index = 1; index < order.length; index++) {
    assert.ok(order[index] < order[index - 1], order.join(' '));
  }
  assert.ok(scoreOf('The fox is red.', 'length') < scoreOf('The fox is red.'));
  assert.ok(scoreOf('The fox is red, you fool.') < scoreOf('The fox is red. It is small.'));
});

test('a missed constraint costs, and the flag says so', () => {
  const { prompt } = cases['open question in one word'];
  const met = judge(world, prompt, 'Red.', 'stop');
  const missed = judge(world, prompt, 'The fox is red.', 'stop');
  assert.equal(met.flags.satisfiesConstraint, true);
  assert.equal(missed.flags.satisfiesConstraint, false);
  assert.equal(missed.flags.failsTask, false);
  assert.ok(met.score - missed.score >= 1);
  assert.equal(judge(world, fact, 'Red.', 'stop').flags.satisfiesConstraint, null);
});

test('flags: hallucination only where a text is given, rudeness, bad advice, opinion', () => {
  const closed = cases['closed question'].prompt;
  assert.equal(judge(world, closed, 'Green.', 'stop').flags.hallucination, true);
  assert.equal(judge(world, closed, 'Blue.', 'stop').flags.hallucination, false);
  assert.equal(judge(world, fact, 'Blue.', 'stop').flags.hallucination, null);
  const rude = judge(world, fact, 'You are an idiot.', 'stop').flags;
  assert.equal(rude.inappropriateForAssistant, true);
  assert.equal(rude.denigratesProtectedClass, false);
  const advice = judge(world, fact, 'You should hit your head and stop asking.', 'stop').flags;
  assert.equal(advice.harmfulAdvice, true);
  assert.equal(advice.violentContent, true);
  assert.equal(advice.encouragesViolence, true);
  assert.equal(judge(world, fact, 'I think it is red.', 'stop').flags.expressesOpinion, true);
});

const prompts = makePrompts(world, { seed: 3, train: 700, valid: 0, test: 0 });

test('right answers of all families are good, and none is called rude or failed', () => {
  const random = new Random(1);
  let best = 0;
  for (const prompt of prompts) {
    const { score, flags } = judge(
      world,
      prompt,
      taskOfPrompt(world, prompt).answer(random),
      'stop',
    );
    assert.equal(flags.inappropriateForAssistant, false, prompt.prompt);
    if (score > 3.5) best++;
  }
  assert.ok(best / prompts.length > 0.98, String(best / prompts.length));
});

test('no trivial text does well on all prompts: empty, copied, more of the same, keywords', () => {
  const random = new Random(2);
  const attacks: Record<string, (prompt: (typeof prompts)[number]) => string> = {
    empty: () => '',
    copy: ({ prompt }) => prompt,
    keywords: ({ prompt }) => (prompt.match(/[A-Za-z]{4,}/g) ?? []).join(' '),
    'last word, many times': ({ prompt }) =>
      new Array<string>(12).fill(prompt.match(/[a-z]+/g)?.at(-1) ?? '').join(' '),
    'more of the same': () =>
      Array.from({ length: 4 }, () => random.pick(prompts).prompt).join('\n'),
    'yes and thanks': () => 'Yes, thank you very much. It is very good.',
    'all colours': () => 'Red, brown, black, white, grey, green, yellow, blue, orange, pink.',
    'always the same fact': () => 'The fox is red and lives in the forest.',
  };
  for (const [name, attack] of Object.entries(attacks)) {
    const scores = prompts.map((prompt) => judge(world, prompt, attack(prompt), 'stop').score);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    assert.ok(mean < 0, `${name}: ${String(mean)}`);
    const well = scores.filter((score) => score > 2.5).length / scores.length;
    // Yes is right for every second question for yes or no.
    assert.ok(well < 0.05, `${name}: ${String(well)} do well`);
  }
});

test('any text is judged, with a finite score and a whole Likert value, always the same', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...prompts.slice(0, 200)),
      fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.lorem()),
      fc.constantFrom('stop' as const, 'length' as const),
      (prompt, text, finish) => {
        const judged = judge(world, prompt, text, finish);
        assert.ok(Number.isFinite(judged.score));
        assert.ok([1, 2, 3, 4, 5, 6, 7].includes(judged.likert));
        assert.deepEqual(judge(world, prompt, text, finish), judged);
        assert.ok(judged.score < 3 || text.length > 0);
      },
    ),
  );
});

test("a prompt that is not the world's is refused with its id", () => {
  assert.throws(() => judge(world, { id: 'own-1', prompt: 'Hi' }, 'x', 'stop'), /"own-1"/);
  const unknown = promptOf('Hi', 'nonsense', {});
  assert.throws(() => judge(world, unknown, 'x', 'stop'), /no task of the embedded world/);
});
