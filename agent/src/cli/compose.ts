/** The agent's composition root on Node: the only place that constructs its adapters. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { zstdApplyDelta } from '@skerry/proto/node/zstd-delta';
import { startEmbeddedBroker } from '../adapters/broker-aedes.ts';
import { createFetchTransport } from '../adapters/fetch-transport.ts';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { folderBytes, requireHead, setAside } from '../adapters/level-folder.ts';
import { openLevelStore } from '../adapters/level-store.ts';
import { startLocalServer } from '../adapters/local-server.ts';
import { connectOutsideBroker } from '../adapters/mqtt-client.ts';
import type { OnPublish } from '../adapters/mqtt-message.ts';
import { readNamedFile } from '../adapters/named-file.ts';
import { nodeCompression } from '../adapters/node-compression.ts';
import { createOrtNodeBackend, createOrtNodeWebGpuBackend } from '../adapters/ort-node.ts';
import { createOrtWasmBackend } from '../adapters/ort-web.ts';
import { createInWorker } from '../adapters/ort-worker.ts';
import { systemClock, systemRandom, systemTimers } from '../adapters/system-clock.ts';
import { machineBoot, systemFacts } from '../adapters/system-facts.ts';
import { createWsWake } from '../adapters/ws-wake.ts';
import { type Agent, createAgent } from '../agent.ts';
import type {
  BackendName,
  Blobs,
  InferenceBackend,
  Log,
  OutMessage,
  Ports,
  Publisher,
  Store,
} from '../ports.ts';
import { statusMessage } from '../publish.ts';
import { obtainLocal } from '../release/obtain.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import type { LoadedConfig } from './config-file.ts';

export const VERSION = '0.1.0';
/** Nobody had this program before: a clock that says an earlier time is wrong. */
export const MADE_MS = Date.UTC(2025, 0, 1);

/** The backends of agent.yaml, in its order. */
export function inferenceBackends(names: readonly BackendName[]): InferenceBackend[] {
  const make: Record<BackendName, () => InferenceBackend> = {
    native: createOrtNodeBackend,
    webgpu: createOrtNodeWebGpuBackend,
    wasm: () => ({ ...createOrtWasmBackend(), createApart: (model) => createInWorker('wasm', model) }),
  };
  return names.map((name) => make[name]());
}

/** Opens the agent's database as it is. Throws SkerryError conflict (another process has it), corrupt, full or failed. */
export async function openStore(loaded: LoadedConfig): Promise<Store> {
  await mkdir(loaded.dataDir, { recursive: true }).catch((cause: unknown) => {
    throw new SkerryError('failed', `the data folder ${loaded.dataDir} can't be made: ${messageOf(cause)}`, {
      hint: 'choose another under agent.data, or give this user the right to write there',
      cause,
    });
  });
  const { maxBytes } = loaded.config.buffer;
  return openLevelStore({ location: location(loaded), maxBytes, folder: { requireHead, folderBytes } });
}

/** The same for whoever goes on to write: a corrupt database is set aside, never deleted, and a new one begun. */
async function openOrBeginStore(
  loaded: LoadedConfig,
  log: Log,
): Promise<{ store: Store; setAside: string | undefined }> {
  try {
    return { store: await openStore(loaded), setAside: undefined };
  } catch (error) {
    if (!(error instanceof SkerryError) || error.code !== 'corrupt') throw error;
    const aside = await setAside(location(loaded), systemClock.wallMs());
    log('error', 'agent', `the database is corrupt and was set aside as ${aside}; a new one begins`, {
      error,
    });
    return { store: await openStore(loaded), setAside: aside };
  }
}

function location({ dataDir }: LoadedConfig): string {
  return join(dataDir, 'db');
}

/** A running agent with everything that it holds open. */
export interface RunningHost {
  agent: Agent;
  mqttPort: number | undefined;
  /** Of MQTT over WebSocket. */
  wsPort: number | undefined;
  localPort: number;
  close(): Promise<void>;
}

/**
 * Starts the whole agent. Listening ports are taken before anything is processed, so a wrong start changes nothing.
 * `ports` take the place of the machine's own.
 */
export async function startHost(
  loaded: LoadedConfig,
  log: Log,
  onFatal: (error: unknown) => void,
  ports: Partial<Ports> = {},
): Promise<RunningHost> {
  const { config, agentId, dataDir } = loaded;
  const closers: Closer[] = [];
  const brokers: Closer[] = [];
  try {
    const { store, setAside } = await openOrBeginStore(loaded, log);
    closers.push(() => store.close());
    const blobs = createFsBlobs(join(dataDir, 'blobs'));
    const publishers: Publisher[] = [];
    const agent = await createAgent({
      config,
      agentId,
      version: VERSION,
      facts: systemFacts(dataDir),
      compression: nodeCompression,
      applyDelta: zstdApplyDelta,
      rootBytes: await rootOf(loaded),
      ...(setAside !== undefined && { setAside }),
      localReleases: (known, nowMs) => localReleases(loaded, blobs, known, nowMs),
      madeMs: MADE_MS,
      onFatal,
      ports: {
        clock: systemClock,
        timers: systemTimers,
        random: systemRandom,
        crypto: nodeCrypto,
        store,
        blobs,
        backends: inferenceBackends(config.inference.backends),
        publisher: { publish: (message: OutMessage) => publishers.forEach((p) => void p.publish(message)) },
        transport: createFetchTransport(),
        wake: createWsWake({ timers: systemTimers, random: systemRandom, log }),
        log,
        crashPoint: () => undefined,
        machineBoot: machineBoot(),
        ...ports,
      },
    });
    const local = await startLocalServer(agent, config.local.listen);
    closers.push(() => local.close());
    // The brokers close after the agent: what its last commit acknowledges and publishes still leaves.
    closers.push(() => closeAll(brokers));
    closers.push(() => agent.stop());
    await agent.start();
    const brokerPorts = await openBrokers(loaded, agent, publishers, brokers, log);
    agent.announce();
    return { agent, ...brokerPorts, localPort: local.port, close: () => closeAll(closers) };
  } catch (error) {
    await closeAll(closers).catch((second: unknown) =>
      log('error', 'agent', `ending failed, too: ${messageOf(second)}`),
    );
    throw error;
  }
}

type Closer = () => Promise<void>;

/** Closes the latest first, every one of them; then throws what the first failure was. */
async function closeAll(closers: Closer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.splice(0).reverse()) await close().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function openBrokers(
  loaded: LoadedConfig,
  agent: Agent,
  publishers: Publisher[],
  closers: Closer[],
  log: Log,
): Promise<Pick<RunningHost, 'mqttPort' | 'wsPort'>> {
  const { config, agentId, resolve } = loaded;
  const { limits, mqtt } = config;
  const hand =
    (broker: string): OnPublish =>
    ({ topic, payload, clientId, packetId, dup }, done) =>
      agent.ingest(
        topic,
        payload,
        done,
        packetId === undefined ? undefined : { session: `${broker}/${clientId}`, packetId, dup },
      );
  let embedded: { port: number; wsPort: number | undefined } | undefined;
  if (mqtt.listen) {
    const { tls, users } = mqtt.listen;
    const broker = await startEmbeddedBroker({
      listen: {
        ...mqtt.listen,
        users: users === undefined ? undefined : resolve(users),
        tls: tls && { cert: resolve(tls.cert), key: resolve(tls.key) },
      },
      agentId,
      maxPacketBytes: limits.maxPacketBytes,
      maxConnections: limits.maxConnections,
      // Beyond maxUncommitted a message is refused and its connection closed: reading stops well before.
      maxUncommitted: Math.ceil(limits.maxUncommitted / 2),
      maxUncommittedBytes: limits.maxUncommittedBytes,
      maxIncompleteBytes: limits.maxIncompleteBytes,
      connectTimeoutMs: limits.connectTimeout,
      onPublish: hand('listen'),
      log,
    });
    closers.push(() => broker.close());
    publishers.push(broker.publisher);
    embedded = broker;
  }
  if (mqtt.connect) {
    const { ca } = mqtt.connect;
    const outside = connectOutsideBroker({
      connect: {
        ...mqtt.connect,
        ca: ca === undefined ? undefined : await readNamedFile(resolve(ca), 'mqtt.connect.ca'),
      },
      agentId,
      topics: [...new Set(config.pipelines.flatMap((pipeline) => pipeline.source.topics))],
      offline: statusMessage(agentId, 'offline'),
      maxPacketBytes: limits.maxPacketBytes,
      maxUncommitted: limits.maxUncommitted,
      maxUncommittedBytes: limits.maxUncommittedBytes,
      onPublish: hand('connect'),
      onConnect: () => agent.announce(),
      random: systemRandom,
      log,
    });
    closers.push(() => outside.close());
    publishers.push(outside.publisher);
  }
  return { mqttPort: embedded?.port, wsPort: embedded?.wsPort };
}

/** Releases from disk, verified, by pipeline. Throws SkerryError untrusted, invalid or not-found. */
export async function localReleases(
  loaded: LoadedConfig,
  blobs: Blobs,
  knownDigests: readonly string[],
  nowMs: number,
): Promise<Map<string, ReleaseTarget>> {
  const { config, resolve } = loaded;
  const wishes = new Map<string, ReleaseTarget>();
  const rootBytes = await rootOf(loaded);
  for (const { name, release } of config.pipelines) {
    if (release.kind !== 'file') continue;
    const directory = resolve(release.directory);
    const { manifest, files } = await readReleaseDirectory(directory);
    const targetsBytes = await readFile(join(directory, 'targets.json')).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      },
    );
    const { allowUnsigned } = config.trust;
    wishes.set(
      name,
      await obtainLocal(nodeCrypto, blobs, {
        manifest,
        files,
        rootBytes,
        targetsBytes,
        allowUnsigned,
        nowMs,
        knownDigests,
      }),
    );
  }
  return wishes;
}

/** The file of `trust.root`; undefined where none is named. Throws SkerryError not-found. */
export async function rootOf({ config, resolve }: LoadedConfig): Promise<Uint8Array | undefined> {
  if (config.trust.root === undefined) return undefined;
  const file = resolve(config.trust.root);
  return readFile(file).catch((cause: unknown) => {
    throw new SkerryError('not-found', `trust.root ${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'fetch the root of whoever signs the releases: curl CONTROL-PLANE/tuf/1.root.json > root.json',
      cause,
    });
  });
}
