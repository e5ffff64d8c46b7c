/** The Node host: actors over SQLite files, blobs as files, wake sockets by ws, timers for alarms. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { zstdMakeDelta } from '@skerry/proto/node/zstd-delta';
import { joseTokens } from '../adapters/jose-tokens.ts';
import { type AppDeps, createApp } from '../app.ts';
import { type Coordinator, createCoordinator } from '../coordinator.ts';
import type { FleetActor } from '../core/fleet/fleet-actor.ts';
import type { OperatorRole } from '../core/fleet/tokens.ts';
import { DEFAULT_SYNCS_PER_SECOND } from '../core/shard/gate.ts';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { ActorRef } from '../ports.ts';
import { authenticateAgent } from '../routes/agent-api.ts';
import { DEFAULT_DELTA_BYTES, Deltas } from '../routes/deltas.ts';
import { openFleet, openShard } from './actors.ts';
import { createAssets } from './assets.ts';
import { createFsBlobs } from './blobs-fs.ts';
import { makeFolder } from './folder.ts';
import { createHub } from './hub.ts';
import { serveHttp } from './serve.ts';
import { attachWakeSockets } from './sockets.ts';

export interface NodeControlPlaneOptions {
  /** Where everything is kept: fleet.sqlite, shard-N.sqlite, blobs/. */
  dataDir: string;
  host?: string;
  /** 0 takes any free port. */
  port?: number;
  /** Fixed for the life of a data folder. */
  shards?: number;
  /** How long results and alerts are kept; 30 days by default (core/shard/retention.ts). */
  retentionMs?: number;
  /** Exchanges that a shard takes in a second; 200 by default (core/shard/gate.ts). */
  syncsPerSecond?: number;
  /** The largest file that a delta is made of, 64 MiB by default; 0 makes none (routes/deltas.ts). */
  deltaBytes?: number;
  /** The built console; by default dist/console of this package. */
  consoleDir?: string;
  log?: AppDeps['log'];
}

export interface NodeControlPlane {
  url: string;
  /** The same app without the network. */
  fetch(request: Request): Promise<Response>;
  fleet: ActorRef<FleetActor>;
  shards: readonly ActorRef<ShardActor>[];
  coordinator: Coordinator;
  /** Makes an administrator's token for the machine's own user. */
  adminToken(name?: string): Promise<string>;
  /** Makes a one-time code for the console: `URL/#login=CODE`. */
  loginCode(role?: OperatorRole): Promise<string>;
  close(): Promise<void>;
}

const CONSOLE_DIR = fileURLToPath(new URL('../../dist/console', import.meta.url));

/**
 * Starts a control plane. Throws SkerryError conflict (port or folder in use), invalid (another number of shards), failed
 * (a folder that can't be made).
 */
export async function createNodeControlPlane(options: NodeControlPlaneOptions): Promise<NodeControlPlane> {
  const { dataDir, host = '127.0.0.1', port = 7070, shards: shardCount = 1 } = options;
  const { retentionMs, syncsPerSecond = DEFAULT_SYNCS_PER_SECOND } = options;
  const { deltaBytes = DEFAULT_DELTA_BYTES } = options;
  const log = options.log ?? logLine;
  makeFolder(dataDir);
  let coordinator: Coordinator | undefined;
  const fleet = openFleet(dataDir, async () => coordinator?.drive());
  const opened: { close(): void }[] = [fleet];
  let closed = false;
  const closeAll = (): void => {
    closed = true;
    for (const actor of opened) actor.close();
  };
  try {
    const shards = Array.from({ length: await fixShards(fleet.ref, shardCount) }, (_, i) => {
      const shard = openShard(dataDir, i, {
        syncsPerSecond,
        ...(retentionMs !== undefined && { retentionMs }),
      });
      opened.push(shard);
      return shard.ref;
    });
    const hub = createHub({ after: afterMs });
    const made = createCoordinator({ fleet: fleet.ref, shards, notifier: hub });
    coordinator = made;
    const blobs = createFsBlobs(join(dataDir, 'blobs'));
    const deps: AppDeps = {
      fleet: fleet.ref,
      shards,
      coordinator: made,
      blobs,
      ...(deltaBytes > 0 && {
        deltas: new Deltas({ blobs, crypto: nodeCrypto, make: zstdMakeDelta, maxBytes: deltaBytes }),
      }),
      notifier: hub,
      changes: hub,
      timers: { after: afterMs },
      tokens: joseTokens,
      crypto: nodeCrypto,
      now: Date.now,
      later: createLater(log, () => closed),
      log,
      post: (request) => globalThis.fetch(request),
      asset: createAssets(options.consoleDir ?? CONSOLE_DIR),
    };
    const app = createApp(deps);
    const fetch = async (request: Request): Promise<Response> => app.fetch(request);
    const http = await serveHttp(fetch, host, port);
    const detach = attachWakeSockets(http.server, hub, (token) => authenticateAgent(deps, token));
    await fleet.ref.alarm();
    await made.drive({ pushAll: true });
    return {
      url: http.url,
      fetch,
      fleet: fleet.ref,
      shards,
      coordinator: made,
      adminToken: async (name = 'owner') =>
        (await fleet.ref.createOperatorToken('local', { name, role: 'admin' })).secret,
      loginCode: async (role = 'admin') => (await fleet.ref.createLoginCode('local', 'owner', role)).code,
      async close() {
        detach();
        await http.close();
        closeAll();
      },
    };
  } catch (error) {
    closeAll();
    throw error;
  }
}

/** Agents are spread over shards by hash, so their number never changes under a data folder. */
async function fixShards(fleet: ActorRef<FleetActor>, wanted: number): Promise<number> {
  const held = await fleet.fixShards(wanted);
  if (held !== wanted)
    throw new SkerryError('invalid', `this data folder has ${held} shards, not ${wanted}`, {
      hint: `start it with --shards ${held}`,
    });
  return held;
}

function afterMs(delayMs: number, fn: () => void): () => void {
  const timer = setTimeout(fn, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

// A tenth of a second, so that a burst of syncs asks the coordinator once.
function createLater(log: AppDeps['log'], isClosed: () => boolean): AppDeps['later'] {
  return (task) => {
    afterMs(100, () => {
      if (isClosed()) return;
      task().catch((error: unknown) => log('error', 'background', messageOf(error)));
    });
  };
}

function logLine(level: string, module: string, msg: string, fields: Record<string, unknown> = {}): void {
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, module, msg, ...fields })}\n`,
  );
}
