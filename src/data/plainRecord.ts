/**
 * A quick look at a record: true only for records that their schema surely allows, so that the
 * schema (ten times slower) is asked about the others alone. A test holds the two together.
 */
import { categories, flagNames, splits } from '../protocol/records.ts';
import type { RecordKind, RecordTypes } from '../protocol/records.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isName: Check = (value) => typeof value === 'string' && value !== '';
const isId: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 200;
const isFinite: Check = (value) => Number.isFinite(value);
const isAmount: Check = (value) => typeof value === 'number' && value >= 0 && value < Infinity;
/** Days that every month has, and no offset: what our own writers write, and most others. */
const isTime: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/.test(
    value,
  );
const within =
  (low: number, high: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high;
const oneOf = (names: readonly string[]): Check => {
  const known = new Set<unknown>(names);
  return (value) => known.has(value);
};
const never: Check = () => false;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isBoolean: Check = (value) => typeof value === 'boolean';

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object whose named fields pass; others are not looked at. */
function shape(checks: Readonly<Record<string, Check>>): (value: unknown) => value is Fields {
  const rows = Object.entries(checks);
  return (value): value is Fields => {
    if (!isObject(value)) return false;
    for (const [name, check] of rows) if (!check(value[name])) return false;
    return true;
  };
}

const common = { id: isId, created: optional(isTime), deleted: optional(never) };
const optionalText = optional(isText);
const isFlag = oneOf(flagNames);
const isRating = shape({
  overall: optional(within(1, 7)),
  note: optionalText,
  flags: optional(
    (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([name, flag]) => isFlag(name) && (flag === null || isBoolean(flag)),
      ),
  ),
});

const isRankingShape = shape({
  ...common,
  promptId: isId,
  ranking: listOf((group) => Array.isArray(group) && group.length > 0 && group.every(isId)),
  ratings: optional(
    (value) =>
      isObject(value) &&
      Object.entries(value).every(([id, rating]) => isId(id) && isRating(rating)),
  ),
  shown: listOf(isId),
  strength: optional(within(1, 9)),
  bothBad: optional(isBoolean),
  guideline: optionalText,
  labeler: isId,
  seconds: optional(isAmount),
  skipped: optional(never),
  adjudicates: optional(listOf(isId)),
});

const checks: Readonly<Record<RecordKind, Check>> = {
  prompts: shape({
    ...common,
    prompt: isName,
    messages: optional(never),
    category: optional(oneOf(categories)),
    kind: optional(oneOf(['plain', 'few_shot', 'user_based', 'api'])),
    source: optionalText,
    user: optionalText,
    organization: optionalText,
    language: optionalText,
    split: optional(oneOf(splits)),
    tags: optional(listOf(isText)),
  }),
  demonstrations: shape({
    ...common,
    promptId: isId,
    completion: isText,
    labeler: isId,
    seconds: optional(isAmount),
  }),
  completions: shape({
    ...common,
    promptId: isId,
    completion: isText,
    model: shape({ name: isName, digest: optionalText }),
    sampling: optional(
      shape({
        temperature: isAmount,
        topP: optional((value) => typeof value === 'number' && value > 0 && value <= 1),
        topK: optional(within(0, Infinity)),
        maxTokens: within(1, Infinity),
        seed: optional(Number.isSafeInteger),
      }),
    ),
    finish: optional(oneOf(['stop', 'length'])),
    logprob: optional(isFinite),
    scores: optional((value) => isObject(value) && Object.values(value).every(isFinite)),
  }),
  rankings: (value) => isRankingShape(value) && isSound(value),
};

/** Two or more completions, each on one rank, all of them shown. */
function isSound({ ranking, shown }: Fields): boolean {
  if (!Array.isArray(ranking) || !Array.isArray(shown)) return false;
  const ranked = ranking.flat();
  const different = new Set(ranked);
  if (ranked.length < 2 || different.size !== ranked.length) return false;
  const seen = new Set(shown);
  return ranked.every((id) => seen.has(id));
}

/** See the file's header. */
export function isPlainRecord<K extends RecordKind>(
  kind: K,
  value: unknown,
): value is RecordTypes[K] {
  return checks[kind](value);
}
