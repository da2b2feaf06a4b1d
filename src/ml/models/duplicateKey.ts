/**
 * A key that stands twice in one object of a JSON text, or null. `JSON.parse` takes the last one
 * without a word, so that two readers of a file may see different numbers.
 *
 * @param text Valid JSON.
 */
export function findDuplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = []; // the keys of each open object; null for a list
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const key = String(JSON.parse(token.slice(0, -1)));
      const keys = open.at(-1) ?? null;
      if (keys?.has(key) === true) return key;
      keys?.add(key);
    }
  }
  return null;
}
