/** The elements of a JSON list as a stream, so that a file of any size is never whole in memory. */
import { createReadStream } from 'node:fs';

/** The text of one element, and the line on which it begins. */
export interface JsonElement {
  readonly text: string;
  readonly line: number;
  /** True for what is left when the file ends in the middle of an element. */
  readonly broken: boolean;
}

/** The elements of a list; a file that holds one object and no list has it as its only element. */
export async function* readJsonElements(
  path: string,
): AsyncGenerator<JsonElement, void, undefined> {
  let depth = 0; // of brackets inside the element
  let inList = false;
  let inText = false;
  let escaped = false;
  let line = 1;
  let start = 0; // the line of the element's first character; 0 between elements
  let held = '';
  const take = (broken: boolean): JsonElement => {
    const element = { text: held.trim(), line: start, broken };
    held = '';
    start = 0;
    depth = 0;
    return element;
  };
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const text = String(chunk);
    let from = 0; // what of the chunk already stands in `held` or lies between elements
    for (let index = 0; index < text.length; index++) {
      const character = text[index];
      if (character === '\n') line += 1;
      if (inText) {
        if (escaped) escaped = false;
        else if (character === '\\') escaped = true;
        else if (character === '"') inText = false;
        continue;
      }
      if (start === 0) {
        if (/[\s,\uFEFF]/.test(character)) continue;
        if (character === '[' && !inList) {
          inList = true;
          continue;
        }
        if (character === ']') continue;
        start = line;
        from = index;
      }
      if (character === '"') inText = true;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']' || character === ',') {
        const closes = character !== ',';
        if (closes && depth > 1) depth -= 1;
        else if (closes && depth === 1) {
          held += text.slice(from, index + 1);
          from = index + 1;
          yield take(false);
        } else if (depth === 0) {
          held += text.slice(from, index); // a number or a text without brackets
          from = index + 1;
          yield take(false);
        }
      }
    }
    if (start !== 0) held += text.slice(from);
  }
  if (start !== 0) yield take(depth > 0 || inText);
}
