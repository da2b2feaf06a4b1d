import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { putPrompt } from './putPrompt.ts';

const tokenizer = (template: string | null, config: Record<string, unknown> = {}) => ({
  settings: { template, config },
});

// In the manner of Zephyr's template; what comes of it is written out by hand.
const zephyr =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + eos_token + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";
const asked = '<|user|>\nWhy?</s>\n<|assistant|>\n';

test('a model is asked by the template in its folder, wherever that stands', () => {
  const eos = { eos_token: { content: '</s>' } };
  assert.equal(putPrompt('Why?', 'model', tokenizer(zephyr, eos)).text, asked);
  const text = { eos_token: '</s>', chat_template: zephyr };
  assert.equal(putPrompt('Why?', 'model', tokenizer(null, text)).text, asked);
  const named = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: zephyr },
  ];
  assert.equal(
    putPrompt('Why?', 'model', tokenizer(null, { ...eos, chat_template: named })).text,
    asked,
  );
});

test('without a template, and with one that refuses, the reason is told', () => {
  const refusal = (template: string | null) => {
    try {
      putPrompt('Why?', 'model', tokenizer(template));
    } catch (thrown) {
      assert.ok(thrown instanceof InstructError && thrown.code === 'bad-tokenizer');
      return thrown.message;
    }
    return assert.fail('it was rendered');
  };
  assert.match(refusal(null), /no chat template/);
  assert.match(refusal("{{ raise_exception('roles must alternate') }}"), /roles must alternate/);
  assert.match(refusal('{% if %}'), /cannot be followed/);
});

test('an answer in dialogue or ChatML ends where the next turn would begin', () => {
  const bare = tokenizer(null);
  assert.deepEqual(putPrompt('Why?', 'dialogue', bare), {
    text: 'User: Why?\nAssistant:',
    stop: ['\nUser:'],
  });
  assert.deepEqual(putPrompt('Why?', 'chatml', bare).stop, ['<|im_end|>']);
  assert.equal(putPrompt('Why?', 'raw', bare).text, 'Why?');
});
