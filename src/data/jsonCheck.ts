/**
 * JSON text against a zod schema, with every complaint at the offending key or value and in words
 * that say what was expected: `ratings.c1.overall: expected an integer from 1 to 7, got 9`.
 */
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import * as z from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A key or index on the way to a value inside a JSON document. */
export type JsonPath = readonly (string | number)[];

/** One complaint. `offset` and `length` are UTF-16 units in the text that was checked. */
export interface JsonIssue {
  readonly code: 'bad-json' | 'bad-record';
  readonly offset: number;
  readonly length: number;
  /** Where in the document, empty for the document itself. */
  readonly path: JsonPath;
  readonly message: string;
}

/** What a check found: the value, or at least one issue. */
export type JsonCheck<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly JsonIssue[] };

/**
 * In a longer text (2²⁰ UTF-16 units) places are not looked up: every issue stands at its beginning.
 * Finding the place in 16 MB would hold the event loop for a third of a second.
 */
const longestLocated = 1 << 20;

/**
 * Makes a checker of one schema. A good text costs one `JSON.parse` and one pass of zod; positions
 * and sentences are worked out for bad ones only. Values that `isPlain` accepts are not shown to
 * zod: it must accept nothing that the schema refuses or changes.
 */
export function jsonChecker<S extends z.ZodType>(
  schema: S,
  isPlain?: (value: unknown) => value is z.output<S>,
): (text: string) => JsonCheck<z.output<S>> {
  let described: JsonSchema | undefined;
  return (text) => {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      return { ok: false, issues: [syntaxIssue(text, error)] };
    }
    if (isPlain?.(document) === true) return { ok: true, value: document };
    const result = schema.safeParse(document);
    if (result.success) return { ok: true, value: result.data };
    described ??= z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const root = treeOf(text);
    const context = { text, document, root, schema: described };
    return { ok: false, issues: result.error.issues.flatMap((issue) => explain(issue, context)) };
  };
}

/** Where the value (or, if it is absent, the nearest enclosing one) at a path stands in a text; its beginning where it is too long to look. */
export function locate(text: string, path: JsonPath): { offset: number; length: number } {
  return span(treeOf(text), path);
}

function treeOf(text: string): Node | undefined {
  return text.length > longestLocated ? undefined : parseTree(text);
}

interface Context {
  readonly text: string;
  readonly document: unknown;
  readonly root: Node | undefined;
  readonly schema: JsonSchema;
}

function syntaxIssue(text: string, thrown: unknown): JsonIssue {
  if (text.trim() === '') {
    return { code: 'bad-json', offset: 0, length: 0, path: [], message: 'not JSON: it is empty' };
  }
  const errors: ParseError[] = [];
  const isLong = text.length > longestLocated;
  if (!isLong) parseTree(text, errors, { disallowComments: true });
  const first = errors.at(0);
  if (first === undefined) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const message = `not valid JSON: ${reason}`;
    return { code: 'bad-json', offset: 0, length: isLong ? 0 : text.length, path: [], message };
  }
  const words = printParseErrorCode(first.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const message = `not valid JSON: ${words}`;
  return { code: 'bad-json', offset: first.offset, length: first.length, path: [], message };
}

function explain(issue: z.core.$ZodIssue, context: Context): JsonIssue[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(context.schema, path));
    return issue.keys.map((key) => ({
      code: 'bad-record' as const,
      ...keySpan(context.root, [...path, key]),
      path: [...path, key],
      message: `${named([...path, key])}: unknown key${suggestion(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const parent = schemaAt(context.schema, path.slice(0, -1));
    const expected = expectation(asSchema(parent?.propertyNames));
    const message = `${named(path)}: expected as key ${expected}, got ${shown(path.at(-1))}`;
    return [{ code: 'bad-record', ...keySpan(context.root, path), path, message }];
  }
  const place = { code: 'bad-record' as const, ...span(context.root, path), path };
  const prefix = path.length === 0 ? '' : `${named(path)}: `;
  if (issue.code === 'custom') return [{ ...place, message: `${prefix}${issue.message}` }];
  const expected = expectation(schemaAt(context.schema, path));
  const value = valueAt(context.document, path);
  const got = value === undefined ? 'but it is missing' : `got ${shown(value)}`;
  return [{ ...place, message: `${prefix}expected ${expected}, ${got}` }];
}

function span(root: Node | undefined, path: JsonPath): { offset: number; length: number } {
  if (root === undefined) return { offset: 0, length: 0 };
  for (let depth = path.length; depth > 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth));
    if (node === undefined) continue;
    return { offset: node.offset, length: depth === path.length ? node.length : 1 };
  }
  return { offset: root.offset, length: path.length === 0 ? root.length : 1 };
}

function keySpan(root: Node | undefined, path: JsonPath): { offset: number; length: number } {
  const value = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  const key = value?.parent?.children?.at(0);
  return key === undefined ? span(root, path) : { offset: key.offset, length: key.length };
}

function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return value;
}

function asSchema(schema: JsonSchema | boolean | undefined): JsonSchema | undefined {
  return typeof schema === 'object' ? schema : undefined;
}

function schemaAt(schema: JsonSchema, path: JsonPath): JsonSchema | undefined {
  let node: JsonSchema | undefined = schema;
  for (const key of path) {
    const parent: JsonSchema | undefined = node;
    if (parent === undefined) return undefined;
    if (typeof key === 'number') {
      node = Array.isArray(parent.items) ? undefined : asSchema(parent.items);
    } else {
      const known = parent.properties;
      node =
        known !== undefined && Object.hasOwn(known, key)
          ? asSchema(known[key])
          : asSchema(parent.additionalProperties);
    }
  }
  return node;
}

function keysOf(schema: JsonSchema | undefined): string[] {
  const names = asSchema(schema?.propertyNames)?.enum?.map(String) ?? [];
  return [...Object.keys(schema?.properties ?? {}), ...names];
}

const typeWords: Record<string, string> = {
  string: 'a text',
  boolean: 'true or false',
  null: 'null',
  object: 'a JSON object',
  array: 'a list',
  number: 'a number',
  integer: 'an integer',
};

/** A schema in words: "an integer from 1 to 7", "one of train, valid, test". */
function expectation(schema: JsonSchema | undefined): string {
  if (schema === undefined) return 'another value';
  if (schema.const !== undefined) return shown(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return choices.map((choice) => expectation(asSchema(choice))).join(' or ');
  }
  if (schema.format === 'date-time') return 'a time such as 2026-11-21T09:30:00Z';
  // zod writes `boolean().nullable()` as a list of types, which its own type does not foresee.
  const types: readonly unknown[] = [schema.type].flat();
  const words = types.map((type) => typeWords[String(type)] ?? 'another value').join(' or ');
  if (types.includes('string')) {
    const [least, most] = [schema.minLength ?? 0, schema.maxLength];
    if (most !== undefined) return `${words} of ${least} to ${most} characters`;
    return least === 1 ? `${words} that is not empty` : words;
  }
  if (types.includes('array') && (schema.minItems ?? 0) > 0) {
    return `${words} of at least ${schema.minItems ?? 0}`;
  }
  return `${words}${bounds(schema)}`;
}

function bounds(schema: JsonSchema): string {
  // `z.int()` alone is bounded by the safe integers: not worth saying.
  const safe = (bound: number | undefined): number | undefined =>
    bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;
  const [low, high] = [safe(schema.minimum), safe(schema.maximum)];
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  const parts = [
    low === undefined ? '' : ` of at least ${low}`,
    typeof schema.exclusiveMinimum === 'number' ? ` above ${schema.exclusiveMinimum}` : '',
    high === undefined ? '' : ` of at most ${high}`,
    typeof schema.exclusiveMaximum === 'number' ? ` below ${schema.exclusiveMaximum}` : '',
  ].filter((part) => part !== '');
  return parts.join(' and');
}

/** A value as it is quoted in a message: short, on one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a JSON object';
  if (typeof value === 'string' && value.length > 40) {
    return `${JSON.stringify(value.slice(0, 40))}… (${value.length} characters)`;
  }
  return JSON.stringify(value);
}

/** A path as a reader writes it: `ratings.c1.overall`, `shown[2]`, `ratings["a b"].note`. */
function named(path: JsonPath): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

function suggestion(key: string, known: readonly string[]): string {
  const close = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .at(0);
  if (close !== undefined) return `; did you mean "${close.name}"?`;
  return known.length === 0 ? '' : `; expected one of ${known.join(', ')}`;
}

/** Levenshtein's distance between two short texts. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
