/** What anyone may ask: health, metrics, signed metadata, the console's files. */

import { SkerryError } from '@skerry/proto/errors';
import { METRICS_CONTENT_TYPE } from '@skerry/proto/prometheus';
import { ROLES, type RoleName } from '@skerry/proto/tuf/metadata';
import type { Hono } from 'hono';
import type { AppDeps } from './deps.ts';
import type { Metrics } from './metrics.ts';

export function publicRoutes(app: Hono, deps: AppDeps, metrics: Metrics): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    // Ready: every actor answers.
    const [instance] = await Promise.all([
      deps.fleet.instance(),
      ...deps.shards.map((shard) => shard.counts()),
    ]);
    return c.json({ status: 'ready', instance });
  });
  app.get(
    '/metrics',
    async () => new Response(await metrics.render(), { headers: { 'content-type': METRICS_CONTENT_TYPE } }),
  );
  app.get('/tuf/:file', async (c) => {
    const file = c.req.param('file');
    const match = /^(?:(\d{1,9})\.)?([a-z]+)\.json$/.exec(file);
    const role = ROLES.find((r) => r === match?.[2]) as RoleName | undefined;
    const version = match?.[1] === undefined ? undefined : Number(match[1]);
    const bytes = role && (await deps.fleet.metadata(role, version));
    if (!bytes) throw new SkerryError('not-found', `there is no metadata ${file}`);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        'content-type': 'application/json',
        'cache-control': version === undefined ? 'no-cache' : 'public, max-age=31536000, immutable',
      },
    });
  });
}

const SECURITY = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The console's files, at the very end: whatever no other route answers. */
export function consoleRoutes(app: Hono, deps: AppDeps): void {
  app.get('*', async (c) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path;
    const asset = await deps.asset?.(path);
    if (!asset) throw new SkerryError('not-found', `there is nothing at ${c.req.path}`);
    return new Response(asset.bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        ...SECURITY,
        'content-type': asset.contentType,
        'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    });
  });
}
