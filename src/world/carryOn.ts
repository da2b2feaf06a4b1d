/**
 * Finds in a completion what goes on with the prompt and does not answer it: further instructions
 * and questions, turns of other speakers, further worked examples.
 */

const openers = [
  'question:|questions$|tasks$|homework$|exercises$|user:|text:|answer with the text|answer this',
  'write (?:a|an|one|two|three|some|this|the|down|it|in)|list|describe|summari[sz]e|rewrite',
  'replace|repeat|sort|count|change|put',
  'name (?:two|three|the)|find (?:the|all|a)|take (?:the|all) (?:names?|animals|place|day)',
  'make (?:a|an|one|this|two)|give (?:me (?:a sentence|two|three)|this|a one)|tell (?:me|a)',
  'say (?:something|the|this|in|good|it)|can you (?:tell|write|name|count|say|help me w)',
  'do you|do not use|what(?! a)|where|who|which|why|how big|how many|is|does|are',
  'i want to (?:know|read)|i need (?:two|three)|help me|read the text|use (?:the|exactly|at|only|a)',
  'polite or rude|good or bad|yes or no|animal, thing|it must have|answer in|answer yes|answer the',
].join('|');
const instruction = new RegExp(`^(?:\\d+[.)] *)?(?:please )?(?:${openers})(?![a-z])`, 'i');
const speaker = /^[A-Z][a-z]+: /;
const label = /^(?:answer|assistant):\s*/i;

/** The answer in a completion, and how many sentences or lines go on without answering. */
export interface Answered {
  readonly answer: string;
  readonly carriedOn: number;
}

/**
 * Splits a completion into the answer and the rest: from the first further question or speaker on,
 * all is carrying on. Works on any string.
 */
export function splitCarryOn(completion: string): Answered {
  const kept: string[] = [];
  let carriedOn = 0;
  const lines = completion.trim().replace(label, '').split('\n');
  for (const [index, line] of lines.entries()) {
    const turn = index > 0 && (speaker.test(line) || label.test(line));
    const own: string[] = [];
    for (const sentence of joinNumbers(line.match(/[^.!?]*[.!?]+\s*|[^.!?]+$/g) ?? [])) {
      if (carriedOn > 0 || turn || line.includes('->') || instruction.test(sentence.trim())) {
        carriedOn++;
      } else own.push(sentence);
    }
    if (own.length > 0) kept.push(own.join(''));
  }
  return { answer: kept.join('\n').trim(), carriedOn };
}

/** "1." belongs to the text that follows it. */
function joinNumbers(sentences: readonly string[]): string[] {
  const joined: string[] = [];
  let held = '';
  for (const sentence of sentences) {
    if (/^\s*\d+[.)]\s*$/.test(sentence)) held += sentence;
    else {
      joined.push(held + sentence);
      held = '';
    }
  }
  if (held !== '') joined.push(held);
  return joined;
}
