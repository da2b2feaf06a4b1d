/** The little English grammar that the world's texts need. */

/** The text with its first letter in upper case. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The noun with "a" or "an". */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** "a", "a and b", "a, b and c". */
export function joinList(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.slice(-1).join('')}`;
}

/** "his" for "he", "her" for "she", "its" for the rest. */
export function possessivePronoun(pronoun: string): string {
  return pronoun === 'he' ? 'his' : pronoun === 'she' ? 'her' : 'its';
}

/** Third person singular to plural, for the verbs that facts are stated with. */
export function pluralVerb(predicate: string): string {
  const [verb = '', ...rest] = predicate.split(' ');
  const irregular = new Map([
    ['is', 'are'],
    ['has', 'have'],
    ['buzzes', 'buzz'],
    ['hisses', 'hiss'],
  ]);
  return [irregular.get(verb) ?? verb.replace(/s$/, ''), ...rest].join(' ');
}
