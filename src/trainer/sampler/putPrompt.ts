/** Prompts as a model is fed them: as this project trains them, or by a chat template. */
import { Template } from '@huggingface/jinja';
import * as z from 'zod';
import { modelInput } from '../../data/index.ts';
import type { Tokenizer } from '../../ml/models/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { PromptFormat } from '../../protocol/records.ts';

/** What goes into a model, and where its answer ends beside its end token. */
export interface PutPrompt {
  readonly text: string;
  readonly stop: readonly string[];
}

/**
 * A prompt in a format; see `promptFormats`.
 * @throws InstructError `bad-tokenizer` where the model has no chat template, or a broken one.
 */
export function putPrompt(
  prompt: string,
  format: PromptFormat,
  tokenizer: Pick<Tokenizer, 'settings'>,
): PutPrompt {
  return formats[format](prompt, tokenizer);
}

type Putting = (prompt: string, tokenizer: Pick<Tokenizer, 'settings'>) => PutPrompt;
const formats: Readonly<Record<PromptFormat, Putting>> = {
  text: (prompt) => ({ text: modelInput(prompt), stop: [] }),
  raw: (prompt) => ({ text: prompt, stop: [] }),
  model: (prompt, { settings }) => ({ text: byTemplate(prompt, settings), stop: [] }),
  chatml: (prompt) => ({
    text: `<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n`,
    stop: ['<|im_end|>'],
  }),
  dialogue: (prompt) => ({ text: `User: ${prompt}\nAssistant:`, stop: ['\nUser:'] }),
};

const namedSchema = z.object({ name: z.string(), template: z.string() });
/** A chat template in `tokenizer_config.json`: one, or several by name. */
const templateSchema = z.union([
  z.string(),
  z.array(namedSchema).transform((all) => all.find(({ name }) => name === 'default')?.template),
]);
/** A special token in `tokenizer_config.json`: its text, or that and how it is matched. */
const tokenSchema = z.union([z.string(), z.object({ content: z.string() })]);

function byTemplate(prompt: string, { config, template }: Tokenizer['settings']): string {
  const source = template ?? templateSchema.safeParse(config['chat_template']).data;
  if (source === undefined) {
    throw new InstructError({
      code: 'bad-tokenizer',
      message: 'The model has no chat template: neither chat_template.jinja nor a "chat_template".',
      remedy: 'Choose another prompt format for it.',
    });
  }
  const token = (name: string): string => {
    const found = tokenSchema.safeParse(config[name]).data ?? '';
    return typeof found === 'string' ? found : found.content;
  };
  try {
    return new Template(source).render({
      messages: [{ role: 'user', content: prompt }],
      add_generation_prompt: true,
      bos_token: token('bos_token'),
      eos_token: token('eos_token'),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InstructError(
      {
        code: 'bad-tokenizer',
        message: `The model's chat template cannot be followed: ${reason}`,
        remedy: 'Put back the template that the model came with, or choose another prompt format.',
      },
      { cause },
    );
  }
}
