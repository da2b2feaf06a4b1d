/**
 * The one error class of Instruct Studio. It carries a code from a closed union, so that it can
 * cross a process boundary as data and be turned into an action by whoever receives it.
 */

/** Every kind of expected failure: of a file, the memory, a process, a setting or the user. */
export const errorCodes = [
  'not-a-project',
  'bad-project-file',
  'bad-record',
  'bad-hyperparameter',
  'bad-argument',
  'bad-model',
  'bad-tokenizer',
  'bad-run',
  'run-too-new',
  'run-is-live',
  'missing-file',
  'missing-completion',
  'empty-dataset',
  'disk-full',
  'io-failed',
  'out-of-memory',
  'not-a-number',
  'native-runtime-missing',
  'no-gpu',
  'interrupted',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** Where in a file a failure lies. Line and column count from 1. */
export interface Place {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** The offending key or tensor, where there is one. */
  readonly key?: string;
}

/** An {@link InstructError} as plain data, as it stands in `events.jsonl` and in messages. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** One sentence: what is wrong and where. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;
  readonly place?: Place;
}

/**
 * An expected failure. `message` says what and where in one sentence, `remedy` what to do.
 * Programmer errors are not this: they throw a plain `Error`, "op: expected X, got Y".
 */
export class InstructError extends Error {
  override readonly name = 'InstructError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly place: Place | undefined;

  constructor(data: ErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.code = data.code;
    this.remedy = data.remedy;
    this.place = data.place;
  }

  /** The error as data, to be written to a file or sent to another process. */
  toData(): ErrorData {
    const { code, message, remedy, place } = this;
    return place === undefined ? { code, message, remedy } : { code, message, remedy, place };
  }
}

/**
 * Turns anything thrown into error data. Node's `ENOSPC` becomes `disk-full`, `ENOENT`
 * `missing-file`; what is not expected becomes `internal` with its own message.
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof InstructError) return thrown.toData();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const systemCode = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') {
    return { code: 'disk-full', message, remedy: 'Free some disk space, then try again.' };
  }
  if (systemCode === 'ENOENT') {
    return { code: 'missing-file', message, remedy: 'Check that the file exists.' };
  }
  if (
    thrown instanceof RangeError &&
    /allocation failed|Invalid typed array length/.test(message)
  ) {
    const remedy = 'Use a smaller model or batch, or close other programs.';
    return { code: 'out-of-memory', message: `Too little memory: ${message}`, remedy };
  }
  if (typeof systemCode === 'string' && /^E[A-Z]+$/.test(systemCode)) {
    return { code: 'io-failed', message, remedy: 'Check the path and its permissions.' };
  }
  return {
    code: 'internal',
    message,
    remedy: 'This is a defect of Instruct Studio: please report it with the log.',
  };
}
