import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as z from 'zod';
import { Tokenizer as Merger } from '@huggingface/tokenizers';
import { InstructError } from '../../protocol/errors.ts';
import type { ModelConfig } from './modelConfig.ts';
import { Tokenizer } from './tokenizer.ts';
import { endOfText, trainTokenizer } from './trainTokenizer.ts';

const corpus = [
  'The otter lives by the river. The otter eats fish.\n\nWhere does the otter live?\n',
  "It's the river's otter; they'll say 1234 things about the 12 otters.\n",
  'Der Otter wohnt am Fluß, naïve Ödipus — «voilà» 獺は川に住む 🦦🦦 otter\n',
];
const json = trainTokenizer(corpus, 400);
const tokenizer = Tokenizer.parse(json, 'tokenizer.json');
const wild = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom(...corpus.join('').split(/\b/), '\n', '  ', '\t', endOfText))
    .map((parts) => parts.join('')),
);

test('every text survives encoding and decoding', () => {
  fc.assert(
    fc.property(wild, (text) => {
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    }),
    { numRuns: 500 },
  );
});

test('words encoded one by one give what the library gives for the whole text', () => {
  const library = new Merger(JSON.parse(json) as object, {});
  fc.assert(
    fc.property(wild, (text) => {
      const { ids } = library.encode(text, { add_special_tokens: false });
      assert.deepEqual(tokenizer.encode(text), ids);
    }),
    { numRuns: 500 },
  );
});

test('a stream of single tokens never shows half a character and loses none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const stream = tokenizer.stream();
      let seen = '';
      for (const token of tokenizer.encode(text)) {
        seen += stream.push(token);
        assert.ok(text.startsWith(seen), JSON.stringify([text, seen]));
      }
      assert.equal(seen + stream.end(), text);
    }),
  );
  const stream = tokenizer.stream();
  const [first] = tokenizer.encode('🐙');
  assert.equal(stream.push(first), '');
  assert.equal(stream.end(), '\uFFFD');
});

test('the end token is one token, and can be left out of the text', () => {
  const end = tokenizer.tokenId(endOfText);
  assert.equal(end, 0);
  const tokens = [...tokenizer.encode('otter'), 0];
  assert.equal(tokenizer.decode(tokens), `otter${endOfText}`);
  assert.equal(tokenizer.decode(tokens, { skipSpecial: true }), 'otter');
  assert.deepEqual(tokenizer.encode(`otter${endOfText}`), tokens);
});

test('training is deterministic and learns frequent words as single tokens', () => {
  assert.equal(trainTokenizer(corpus, 400), json);
  assert.equal(tokenizer.encode(' otter').length, 1);
  assert.ok(tokenizer.size <= 400);
});

test('training and encoding agree with the tokenizers library', () => {
  // Made by test/reference/tokenizer.py.
  const folder = join(import.meta.dirname, '../../../test/reference/tokenizer');
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const documentSchema = z.object({
    model: z.object({ vocab: z.record(z.string(), z.int()), merges: z.array(z.array(z.string())) }),
  });
  const own = trainTokenizer(z.array(z.string()).parse(read('corpus.json')), 400);
  const wanted = documentSchema.parse(read('tokenizer.json'));
  assert.deepEqual(documentSchema.parse(JSON.parse(own)), wanted);
  const encoded = z.array(z.tuple([z.string(), z.array(z.int())])).parse(read('encoded.json'));
  const both = [
    Tokenizer.parse(own, 'own'),
    Tokenizer.parse(JSON.stringify(read('tokenizer.json')), 'x'),
  ];
  for (const each of both) {
    for (const [text, ids] of encoded) assert.deepEqual(each.encode(text), ids, text);
  }
});

const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: tokenizer.size,
  nCtx: 8,
  nEmbd: 4,
  nLayer: 1,
  nHead: 1,
  nInner: 16,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  endToken: 0,
};

function refused(action: () => unknown, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof InstructError, String(error));
    assert.equal(error.code, 'bad-tokenizer');
    assert.match(error.message, pattern);
    return true;
  });
}

test('a tokenizer of another model does not fit', () => {
  tokenizer.checkFits(config);
  tokenizer.checkFits({ ...config, vocabSize: Math.ceil(tokenizer.size / 64) * 64 });
  const misfits: readonly (readonly [
    Partial<Pick<ModelConfig, 'vocabSize' | 'endToken'>>,
    RegExp,
  ])[] = [
    [{ vocabSize: tokenizer.size - 1 }, /tokens, but the model has/],
    [{ vocabSize: 50257 }, /tokens, but the model has 50257/],
    [{ endToken: 5 }, /ends texts with token 0, but the model with 5/],
  ];
  for (const [change, pattern] of misfits) {
    refused(() => {
      tokenizer.checkFits({ ...config, ...change });
    }, pattern);
  }
});

test('damaged tokenizer files are refused with what is wrong', () => {
  const changed = (change: (model: { vocab: Record<string, number> }) => void): string => {
    const document = JSON.parse(json) as { model: { vocab: Record<string, number> } };
    change(document.model);
    return JSON.stringify(document);
  };
  const parse = (text: string) => (): unknown => Tokenizer.parse(text, 'tokenizer.json');
  refused(parse(json.slice(0, 500)), /is not JSON/);
  refused(() => Tokenizer.parse(json, 'tokenizer.json', 5), /end token 5 among its special/);
  refused(parse('{}'), /no BPE tokenizer: (decoder|model)/);
  refused(parse(json.replace('"BPE"', '"Unigram"')), /model\.type/);
  refused(parse(changed(({ vocab }) => delete vocab['a'])), /lacks the byte "a"/);
  refused(parse(changed(({ vocab }) => (vocab['a'] = vocab['b']))), /one id to two tokens/);
  refused(parse(changed(({ vocab }) => delete vocab['Ġotter'])), /merges .* not all tokens/);
  refused(parse(changed(({ vocab }) => (vocab['€'] = 399))), /does not stand for bytes/);
  refused(parse(changed(({ vocab }) => (vocab['ab'] = 2_000_000_000))), /has the id/);
});

for (const name of ['metaspace', 'prepend']) {
  // Made by test/reference/tokenizer.py.
  const folder = join(import.meta.dirname, '../../../test/reference/tokenizer');
  const text = readFileSync(join(folder, `${name}.json`), 'utf8');
  const pieces = Tokenizer.parse(text, `${name}.json`, 2);

  test(`SentencePiece's tokens agree with the tokenizers library: ${name}`, () => {
    const rows = z
      .array(z.tuple([z.string(), z.array(z.int()), z.string()]))
      .parse(JSON.parse(readFileSync(join(folder, `${name}-encoded.json`), 'utf8')));
    for (const [source, ids, decoded] of rows) {
      assert.deepEqual(pieces.encode(source), ids, source);
      assert.equal(pieces.decode(ids), decoded);
    }
  });

  test(`every text survives SentencePiece's tokens, all at once and one by one: ${name}`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (source) => {
        fc.pre(!source.includes('\u2581') && !/<unk>|<\/?s>/.test(source));
        // The space in front is not added to a text that has one: so in the tokenizers library.
        fc.pre(name === 'prepend' || !source.startsWith(' '));
        const ids = pieces.encode(source);
        assert.equal(pieces.decode(ids), source);
        const stream = pieces.stream();
        const seen = ids.map((token) => stream.push(token)).join('');
        assert.equal(seen + stream.end(), source);
      }),
    );
  });

  test(`a part that is not supported is refused by its name: ${name}`, () => {
    const document = JSON.parse(text) as Record<string, unknown>;
    const model = document['model'] as object;
    const cases: readonly [object, RegExp][] = [
      [{ pre_tokenizer: { type: 'Whitespace' } }, /has the pre_tokenizer "Whitespace"/],
      [
        { normalizer: { type: 'Sequence', normalizers: [{ type: 'Precompiled' }] } },
        /has the normalizer "Precompiled"/,
      ],
      [{ decoder: { type: 'WordPiece' } }, /has the decoder "WordPiece"/],
      [{ model: { ...model, type: 'Unigram' } }, /is no BPE tokenizer: model\.type/],
      [{ model: { ...model, byte_fallback: false } }, /text would be lost/],
    ];
    for (const [change, pattern] of cases) {
      refused(() => Tokenizer.parse(JSON.stringify({ ...document, ...change }), 'x', 2), pattern);
    }
  });
}
