import { timingSafeEqual } from 'node:crypto';
import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { AppDeps } from '../app.ts';
import { readText } from '../routes/body.ts';
import { problemResponse } from '../routes/problems.ts';

const TOKEN_MS = 12 * 3_600_000;
const BODY_BYTES_MAX = 4_096;
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
  const given = await readCode(request.clone());
  if (given === undefined) return undefined;
  const digests = [given, bootstrapCode].map((code) => deps.crypto.sha256(utf8(code)));
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

// What is no such body, or too long for one, is the app's to refuse.
async function readCode(request: Request): Promise<string | undefined> {
  try {
    const body = JSON.parse(await readText(request, BODY_BYTES_MAX)) as { code?: unknown } | null;
    return typeof body?.code === 'string' ? body.code : undefined;
  } catch {
    return undefined;
  }
}
