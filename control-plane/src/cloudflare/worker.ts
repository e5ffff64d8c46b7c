/**
 * The Workers host: the same app over Durable Objects, R2 and static assets (wrangler.jsonc).
 *
 *   request ── app ──┬── FleetObject  (one)       rollouts, releases, tokens, audit; drives the coordinator
 *                    ├── ShardObject  (SHARDS)    agents, results, alerts, wake sockets
 *                    └── R2                       blobs
 */
import './buffer-fix.ts';
import { waitUntil } from 'cloudflare:workers';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { shardOf } from '@skerry/proto/shard';
import type { Hono } from 'hono';
import { joseTokens } from '../adapters/jose-tokens.ts';
import { type AppDeps, createApp } from '../app.ts';
import type { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { Timers } from '../ports.ts';
import { authenticateAgent } from '../routes/agent-api.ts';
import { problemResponse } from '../routes/problems.ts';
import { remoteActor } from './actor-object.ts';
import { assetsOf } from './assets.ts';
import { bootstrapLogin } from './bootstrap.ts';
import { logLine } from './log.ts';
import { fleetStub, objectNotifier, shardCount, shardStub } from './objects.ts';
import type { Env } from './platform.ts';
import { r2Blobs } from './r2-blobs.ts';
import { AGENT_HEADER } from './shard-object.ts';
import { pollChanges } from './topics.ts';

export { FleetObject } from './fleet-object.ts';
export { ShardObject } from './shard-object.ts';

/** An isolate has 128 MB in all, and a blob is verified in memory before it is stored. */
const BLOB_BYTES_MAX = 48 * 1024 * 1024;

const timers: Timers = {
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  },
};

/** What an isolate keeps between requests; nothing in it belongs to one of them. */
let isolate: { env: Env; deps: AppDeps; app: Hono } | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const deps = wire(env);
    const { pathname } = new URL(request.url);
    if (pathname === '/agent/v1/wake') return wakeSocket(deps, request, env);
    if (pathname === '/api/v1/login' && request.method === 'POST' && env.BOOTSTRAP_CODE) {
      const response = await bootstrapLogin(deps, request, env.BOOTSTRAP_CODE);
      if (response) return response;
    }
    return isolate!.app.fetch(request);
  },
};

function wire(env: Env): AppDeps {
  if (isolate?.env === env) return isolate.deps;
  const count = shardCount(env);
  const deps: AppDeps = {
    fleet: remoteActor<FleetActor>(() => fleetStub(env)),
    shards: Array.from({ length: count }, (_, i) => remoteActor<ShardActor>(() => shardStub(env, i))),
    coordinator: { drive: () => fleetStub(env).drive() },
    blobs: r2Blobs(env.BLOBS),
    notifier: objectNotifier(env, waitUntil),
    changes: pollChanges(
      () =>
        Promise.all([
          fleetStub(env).versions(),
          ...Array.from({ length: count }, (_, i) => shardStub(env, i).versions()),
        ]),
      timers,
    ),
    timers,
    tokens: joseTokens,
    crypto: nodeCrypto,
    now: Date.now,
    later(task) {
      waitUntil(task().catch((error: unknown) => logLine('error', 'background', String(error))));
    },
    log: logLine,
    post: (request) => fetch(request),
    asset: assetsOf(env),
    limits: { blob: BLOB_BYTES_MAX },
  };
  isolate = { env, deps, app: createApp(deps) };
  return deps;
}

/** Checks whose wake socket it is, and hands it to the shard that holds the agent. */
async function wakeSocket(deps: AppDeps, request: Request, env: Env): Promise<Response> {
  try {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
      throw new SkerryError('invalid', 'the wake socket is a WebSocket');
    const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((p) => p.trim());
    const token = offered.find((p) => p.startsWith('bearer.'))?.slice('bearer.'.length);
    const agent = await authenticateAgent(deps, token);
    const headers = { upgrade: 'websocket', [AGENT_HEADER]: agent };
    return await shardStub(env, shardOf(agent, shardCount(env))).fetch(new Request(request.url, { headers }));
  } catch (error) {
    return problemResponse(error, '/agent/v1/wake');
  }
}
