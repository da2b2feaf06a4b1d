/**
 * A language model behind an OpenAI-compatible interface as judge. Each comparison is asked twice, the
 * answers in both orders, and the mean of the two counts: a judge that likes the first answer best,
 * whatever it says, then finds nothing but ties.
 */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { comparedAnswers, type Judge, type Preference } from './judge.ts';

/** Where the judge is and how it is asked. */
export interface ApiJudgeOptions {
  /** Up to and without `/chat/completions`, such as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token where there is one. */
  readonly key: string | null;
  /** Waits before a request is tried again. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

const instruction =
  'You compare two answers to one prompt. Judge first whether an answer follows the instruction, then whether it is true, then whether it is harmless and to the point. Reply with one word: A, B or tie.';
const atOnce = 4;
const tries = 4;
const timeoutMs = 60_000;
const replySchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});

/** @throws InstructError `io-failed` when the judge cannot be reached or refuses. */
export function apiJudge(options: ApiJudgeOptions): Judge {
  return async (prompts, baseline) => {
    const compared = comparedAnswers(prompts, baseline);
    const preferences: Preference[] = [];
    let consistent = 0;
    let unreadable = 0;
    for (let start = 0; start < compared.length; start += atOnce) {
      const batch = compared.slice(start, start + atOnce);
      const found = await Promise.all(
        batch.map(async ({ of, ours, theirs }) => {
          const asked = (a: string, b: string) => ask(options, question(of.prompt, a, b));
          const [first, second] = await Promise.all([
            asked(ours.completion, theirs.completion),
            asked(theirs.completion, ours.completion),
          ]);
          return [preferenceFor(first), 1 - preferenceFor(second), first, second] as const;
        }),
      );
      for (const [i, [first, second, ...replies]] of found.entries()) {
        const { of, model } = batch[i];
        preferences.push({ promptId: of.promptId, model, outcome: (first + second) / 2 });
        if (first === second) consistent += 1;
        unreadable += replies.filter((reply) => verdictOf(reply) === null).length;
      }
    }
    const share = (100 * consistent) / Math.max(1, compared.length);
    const notes = [
      `The judge said the same in both orders for ${share.toFixed(1)} % of comparisons.`,
    ];
    if (unreadable > 0) {
      notes.push(`${unreadable} replies were neither A, B nor tie, and count as ties.`);
    }
    return { preferences, ratings: [], notes };
  };
}

function question(prompt: string, a: string, b: string): string {
  return `[Prompt]\n${prompt}\n\n[Answer A]\n${a}\n\n[Answer B]\n${b}\n\nWhich answer is better? A, B or tie:`;
}

/** 1 for A, 0 for B, 0.5 for a tie and for what cannot be read. */
function preferenceFor(reply: string): number {
  return { A: 1, B: 0, TIE: 0.5 }[verdictOf(reply) ?? 'TIE'];
}

function verdictOf(reply: string): 'A' | 'B' | 'TIE' | null {
  const word = /^\W*(?:answer\s+)?(A|B|tie)\b/i.exec(reply)?.at(1)?.toUpperCase();
  return word === 'A' || word === 'B' || word === 'TIE' ? word : null;
}

/** One request, tried again where the server is busy. */
async function ask({ url, model, key, wait }: ApiJudgeOptions, content: string): Promise<string> {
  const address = `${url.replace(/\/$/, '')}/chat/completions`;
  for (let attempt = 1; ; attempt++) {
    let response: Response;
    try {
      response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({
          model,
          temperature: 0,
          max_tokens: 8,
          messages: [
            { role: 'system', content: instruction },
            { role: 'user', content },
          ],
        }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      if (attempt < tries) {
        await wait(500 * 2 ** attempt);
        continue;
      }
      throw failed(address, cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (response.ok) {
      const parsed = replySchema.safeParse(await readJson(address, response));
      if (!parsed.success) throw failed(address, 'its reply is no chat completion');
      return parsed.data.choices[0].message.content ?? '';
    }
    const busy = response.status === 429 || response.status >= 500;
    if (!busy || attempt === tries) {
      const text = (await response.text()).slice(0, 200);
      throw failed(address, `it answered ${response.status}: ${text}`);
    }
    await response.body?.cancel();
    await wait(500 * 2 ** attempt);
  }
}

async function readJson(address: string, response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw failed(address, 'its reply is no JSON', cause);
  }
}

function failed(address: string, what: string, cause?: unknown): InstructError {
  return new InstructError(
    {
      code: 'io-failed',
      message: `The judge at ${address} could not be asked: ${what}.`,
      remedy: 'Check --url, --judge-model and the key in OPENAI_API_KEY, then judge again.',
    },
    { cause },
  );
}
