import { expect, test } from 'vitest';
import { createTestApp, createWorld } from './node/testing.ts';

const app = createTestApp(createWorld());
const ORIGIN = { origin: 'http://gateway:7080' };

test('a page of another origin may ask what agents ask, with its token, also where the answer is a refusal', async () => {
  for (const path of ['/agent/v1/sync', '/agent/v1/enroll', '/tuf/root.json']) {
    const preflight = await app.call(path, {
      method: 'OPTIONS',
      headers: {
        ...ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-digest,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const refused = await app.call(path, { headers: ORIGIN });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
    // Whoever is let in is let in by the token that the page sends itself.
    expect(refused.headers.get('access-control-allow-credentials')).toBeNull();
  }
});

test('what operators ask stays with the console', async () => {
  for (const path of ['/api/v1/agents', '/healthz', '/metrics']) {
    const answer = await app.call(path, { headers: ORIGIN });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
});
