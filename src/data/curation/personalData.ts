/**
 * Personal data in texts, found by detectors with a name and a confidence, for a person to review.
 * Rules find forms, not meanings: a name in running text is mostly missed, and the review says so.
 */

/** One find. */
export interface PersonalData {
  readonly detector: string;
  /** In UTF-16 units, as editors count. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** 0 to 1: how sure the detector is that this is what it looks like. */
  readonly confidence: number;
}

interface Detector {
  readonly name: string;
  /** Global; a group named `value` is the find where there is one. */
  readonly pattern: RegExp;
  /** The confidence in a find; 0 for none. */
  readonly confidence: (value: string) => number;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The detectors, the surer first: where two finds overlap, the earlier detector's stands. */
const detectors: readonly Detector[] = [
  {
    name: 'email',
    pattern: /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu,
    confidence: (value) =>
      /@(?:example|test)\.|@.*\.(?:example|test|invalid)$/i.test(value) ? 0.3 : 0.99,
  },
  {
    name: 'iban',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    confidence: (value) => (isIban(value) ? 0.99 : 0),
  },
  {
    name: 'credit-card',
    pattern: /\b\d(?:[ -]?\d){12,18}\b/g,
    confidence: (value) => (isLuhn(digitsOf(value)) ? 0.95 : 0),
  },
  {
    name: 'social-security-number',
    pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
    confidence: () => 0.85,
  },
  {
    name: 'secret-key',
    pattern:
      /\b(?:sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[A-Z0-9]{16}|xox[abpr]-[A-Za-z0-9-]{10,})/g,
    confidence: () => 0.99,
  },
  {
    name: 'ip-address',
    pattern:
      /\b(?:\d{1,3}\.){3}\d{1,3}\b|(?<![:\w])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![:\w])/gi,
    confidence: ipConfidence,
  },
  {
    name: 'phone',
    pattern:
      /(?<![\w.])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){1,4}(?![\w-])/g,
    confidence: phoneConfidence,
  },
  {
    name: 'street-address',
    pattern:
      /\b\d{1,5} (?:[A-Z][\p{L}'-]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Way)\b\.?|\b\p{Lu}[\p{L}-]+(?:straße|strasse|weg|gasse) \d{1,4}\b/gu,
    confidence: () => 0.8,
  },
  {
    name: 'date-of-birth',
    pattern:
      /\b(?:born(?: on)?|date of birth|d\.?o\.?b\.?)[: ]+(?<value>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:\d{1,2} )?\p{Lu}\p{L}+ \d{1,2},? \d{4}|\d{1,2} \p{Lu}\p{L}+ \d{4})/giu,
    confidence: () => 0.9,
  },
  {
    name: 'person-name',
    pattern:
      /\b(?:[Mm]y name is|I am called|[Ss]igned,?|[Dd]ear|[Rr]egards,|Mr\.?|Mrs\.?|Ms\.?|Dr\.?)\s+(?<value>\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,2})/gu,
    confidence: (value) =>
      /^(?:Sir|Madam|Customer|Team|All|Hiring|Diary|God|Lord)\b/.test(value)
        ? 0
        : value.includes(' ')
          ? 0.7
          : 0.5,
  },
];

/** Everything that looks like personal data, by place; finds do not overlap. */
export function findPersonalData(text: string): PersonalData[] {
  const found: PersonalData[] = [];
  for (const { name, pattern, confidence } of detectors) {
    for (const match of text.matchAll(pattern)) {
      const value = match.groups?.['value'] ?? match[0];
      const start = match.index + match[0].lastIndexOf(value);
      const end = start + value.length;
      const sure = confidence(value);
      if (sure === 0 || found.some((other) => other.start < end && start < other.end)) continue;
      found.push({ detector: name, start, end, text: value, confidence: sure });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The text with finds replaced by their detector's name, such as `[EMAIL]`. */
export function maskPersonalData(text: string, finds: readonly PersonalData[]): string {
  let masked = '';
  let from = 0;
  for (const { detector, start, end } of [...finds].sort((a, b) => a.start - b.start)) {
    masked += `${text.slice(from, start)}[${detector.toUpperCase()}]`;
    from = end;
  }
  return masked + text.slice(from);
}

/** The check digit of card numbers (ISO/IEC 7812-1, annex B). */
function isLuhn(digits: string): boolean {
  if (/^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (const [index, digit] of Array.from(digits).toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** The check digits of account numbers (ISO 13616, mod 97-10). */
function isIban(value: string): boolean {
  const compact = value.replaceAll(' ', '');
  if (compact.length < 15 || compact.length > 34) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const number = parseInt(character, 36);
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest === 1;
}

function ipConfidence(value: string): number {
  if (value.includes(':')) return 0.7;
  const parts = value.split('.').map(Number);
  if (parts.some((part) => part > 255)) return 0;
  const [first, second] = parts;
  const isPrivate =
    first === 10 || first === 127 || first === 0 || (first === 192 && second === 168);
  return isPrivate ? 0.3 : 0.8;
}

function phoneConfidence(value: string): number {
  const { length } = digitsOf(value);
  if (length < 7 || length > 15) return 0;
  if (/^\d{4}[-.]\d{2}[-.]\d{2}$|^\d{1,2}[-.]\d{1,2}[-.]\d{4}$|^\d{4} ?- ?\d{4}$/.test(value))
    return 0; // a date or years
  return value.startsWith('+') || value.includes('(') ? 0.9 : 0.6;
}
