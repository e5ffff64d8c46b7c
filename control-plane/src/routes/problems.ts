/** Errors as answers: RFC 9457 problem documents. The one place where codes become HTTP statuses. */
import { type ErrorCode, SkerryError } from '@skerry/proto/errors';

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  precondition: 412,
  'too-large': 413,
  untrusted: 422,
  unavailable: 503,
  full: 507,
  unsupported: 422,
  corrupt: 500,
  failed: 500,
};

const TITLE: Record<ErrorCode, string> = {
  invalid: 'The request breaks a rule',
  unauthorized: 'Who is asking is not known',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'What is there contradicts the request',
  precondition: 'A condition does not hold',
  'too-large': 'Too large',
  untrusted: 'Not trusted',
  unavailable: 'Try again later',
  full: 'No space left',
  unsupported: 'Not supported',
  corrupt: 'Stored data is damaged',
  failed: 'Failed',
};

/** The status that a code stands for. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** Where nobody knows better. */
const RETRY_AFTER_S = 5;

/**
 * The problem document of an error. What isn't a SkerryError is a bug: nothing of it is told outside. `retryAfterS` goes
 * with 503 (RFC 9110, section 10.2.3).
 */
export function problemResponse(
  error: unknown,
  instance: string,
  retryAfterS: number = RETRY_AFTER_S,
): Response {
  const known =
    error instanceof SkerryError
      ? error
      : new SkerryError('failed', 'the control plane met an error of its own');
  const status = statusOf(known.code);
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="skerry"';
  if (status === 503) headers['retry-after'] = `${retryAfterS}`;
  const body = {
    type: `urn:skerry:error:${known.code}`,
    title: TITLE[known.code],
    status,
    detail: known.message,
    instance,
    code: known.code,
    ...(known.hint !== undefined && { hint: known.hint }),
  };
  return new Response(JSON.stringify(body), { status, headers });
}
