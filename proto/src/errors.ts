/** Stable codes of what a person or program can meet. HTTP statuses and exit codes are mapped in one place each. */
export const ERROR_CODES = [
  'invalid', // the input is malformed or breaks a rule
  'unauthorized', // who is asking isn't known
  'forbidden', // known, and not allowed
  'not-found',
  'conflict', // what is there contradicts the request
  'precondition', // If-Match or a state that must hold first doesn't
  'too-large',
  'untrusted', // a signature, digest or version isn't what trust demands
  'unavailable', // try again later
  'full', // no space left within the configured bound
  'unsupported', // understood, and not something that can be done here
  'corrupt', // stored bytes aren't what was written
  'failed', // anything else that went wrong while operating
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An operating error in one plain line: what, where; `hint` says what to do. */
export class SkerryError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SkerryError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of whatever was thrown, for logs and wrapped errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Why something outside refused, for a line that names it already: a system error without its code, system call and path,
 * and the cause that `fetch failed` hides.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'fetch failed' && error.cause !== undefined) return reasonOf(error.cause);
  const { code } = error as { code?: string };
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of that name';
  if (code === 'EADDRINUSE') return 'it is in use';
  if (error.message === '') return code ?? error.name;
  return /^E[A-Z0-9]+: (.+?), \w+(?: .*)?$/.exec(error.message)?.[1] ?? error.message;
}

/** Throws when an invariant of the program itself is broken. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
