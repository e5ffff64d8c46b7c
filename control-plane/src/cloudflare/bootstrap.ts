import { timingSafeEqual } from 'node:crypto';
import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { AppDeps } from '../app.ts';
import { problemResponse } from '../routes/problems.ts';

const TOKEN_MS = 12 * 3_600_000;
const CODE_BYTES_MIN = 16;

/**
 * How the first administrator comes in: the secret BOOTSTRAP_CODE stands for a login code, on the same endpoint and as
 * often as it is set. Remove it once there is another administrator. Undefined where the code is another one.
 */
export async function bootstrapLogin(
  deps: AppDeps,
  request: Request,
  bootstrapCode: string,
): Promise<Response | undefined> {
  const body = (await request
    .clone()
    .json()
    .catch(() => ({}))) as { code?: unknown };
  if (typeof body.code !== 'string') return undefined;
  const digests = [body.code, bootstrapCode].map((code) => deps.crypto.sha256(utf8(code)));
  if (!timingSafeEqual(digests[0]!, digests[1]!)) return undefined;
  if (utf8(bootstrapCode).length < CODE_BYTES_MIN)
    return problemResponse(
      new SkerryError('forbidden', `BOOTSTRAP_CODE is shorter than ${CODE_BYTES_MIN} characters`, {
        hint: 'set a long random one: wrangler secret put BOOTSTRAP_CODE',
      }),
      new URL(request.url).pathname,
    );
  const expiresMs = deps.now() + TOKEN_MS;
  const { secret } = await deps.fleet.createOperatorToken('bootstrap code', {
    name: 'bootstrap',
    role: 'admin',
    expiresMs,
  });
  return Response.json({ token: secret, role: 'admin', expiresMs });
}
