import { SkerryError } from '@skerry/proto/errors';

/** An enrolment token, taken apart. */
export interface EnrolmentToken {
  /** What the server checks; used once. */
  secret: string;
  /** `sha256:…` of the first TUF root, which the operator thereby hands over out of band. */
  rootDigest: string | undefined;
}

/**
 * Reads `SECRET.ROOTDIGEST` (64 hexadecimal digits), or `SECRET` alone. Throws SkerryError invalid. Example:
 * `Zm9v….9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`.
 */
export function parseEnrolmentToken(text: string): EnrolmentToken {
  const [secret, root, ...rest] = text.trim().split('.');
  if (!secret || rest.length > 0 || (root !== undefined && !/^[0-9a-f]{64}$/i.test(root)))
    throw new SkerryError('invalid', 'the enrolment token is malformed', {
      hint: 'copy it whole, as skerry token create --enroll printed it',
    });
  return { secret, rootDigest: root === undefined ? undefined : `sha256:${root.toLowerCase()}` };
}
