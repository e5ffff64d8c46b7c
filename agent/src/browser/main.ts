/**
 * The agent's composition root in a browser: the same core, over IndexedDB, WebSocket, fetch and onnxruntime-web. It runs
 * in a worker, so that neither a hidden tab's slow timers nor a page that draws hold it up.
 */
import { SkerryError } from '@skerry/proto/errors';
import { createFetchTransport } from '../adapters/fetch-transport.ts';
import { openLevelStore } from '../adapters/level-store.ts';
import { connectOutsideBroker } from '../adapters/mqtt-client.ts';
import { nobleCrypto } from '../adapters/noble-crypto.ts';
import { createOrtWasmBackend, createOrtWebGpuBackend } from '../adapters/ort-web.ts';
import { createStoreBlobs } from '../adapters/store-blobs.ts';
import { systemClock, systemRandom, systemTimers } from '../adapters/system-clock.ts';
import { createWsWake } from '../adapters/ws-wake.ts';
import { type Agent, createAgent } from '../agent.ts';
import { parseAgentConfig } from '../config.ts';
import type { InferenceBackend, Log, Publisher } from '../ports.ts';
import { statusMessage } from '../publish.ts';
import { browserFacts } from './facts.ts';
import { fitConfig, type PageConfig } from './fit-config.ts';

/** The version of this program, as `skerry-agent --version` says it. */
const VERSION = '0.1.0';
/** Nobody had this program before: a clock that says an earlier time is wrong. */
const MADE_MS = Date.UTC(2025, 0, 1);

export interface BrowserHost {
  agent: Agent;
  close(): Promise<void>;
}

/** Starts an agent from the text of agent.yaml. Throws SkerryError: `invalid`, `conflict` (another tab has it), `unsupported`. */
export async function startInBrowser(
  text: string,
  log: Log,
  onFatal: (error: unknown) => void,
): Promise<BrowserHost> {
  const page = fitConfig(parseAgentConfig(text, 'agent.yaml', {}));
  const { config, agentId } = page;
  const unlock = await lock(agentId);
  const store = await openLevelStore({ location: `skerry-${agentId}`, maxBytes: config.buffer.maxBytes });
  const files = await openLevelStore({
    location: `skerry-${agentId}-blobs`,
    maxBytes: config.inference.maxMemory,
  });
  const publishers: Publisher[] = [];
  const agent = await createAgent({
    config,
    agentId,
    version: VERSION,
    facts: browserFacts(),
    localReleases: async () => new Map(),
    madeMs: MADE_MS,
    onFatal,
    ports: {
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      crypto: nobleCrypto,
      store,
      blobs: createStoreBlobs(files),
      backends: config.inference.backends.map((name) => BACKENDS[name as keyof typeof BACKENDS]()),
      publisher: { publish: (message) => publishers.forEach((p) => void p.publish(message)) },
      transport: createFetchTransport(),
      wake: createWsWake({ timers: systemTimers, random: systemRandom, log }),
      log,
      crashPoint: () => undefined,
    },
  });
  await agent.start();
  const broker = connect(page, agent, log);
  publishers.push(broker.publisher);
  return {
    agent,
    async close() {
      await agent.stop();
      await broker.close();
      await store.close();
      await files.close();
      unlock();
    },
  };
}

const BACKENDS = { webgpu: createOrtWebGpuBackend, wasm: createOrtWasmBackend } satisfies Record<
  string,
  () => InferenceBackend
>;

function connect({ config, agentId, connect }: PageConfig, agent: Agent, log: Log) {
  const { limits } = config;
  return connectOutsideBroker({
    connect,
    agentId,
    topics: [...new Set(config.pipelines.flatMap((pipeline) => pipeline.source.topics))],
    offline: statusMessage(agentId, 'offline'),
    maxPacketBytes: limits.maxPacketBytes,
    maxUncommitted: limits.maxUncommitted,
    maxUncommittedBytes: limits.maxUncommittedBytes,
    onPublish: ({ topic, payload, clientId, packetId, dup }, done) =>
      agent.ingest(
        topic,
        payload,
        done,
        packetId === undefined ? undefined : { session: `connect/${clientId}`, packetId, dup },
      ),
    onConnect: () => agent.announce(),
    random: systemRandom,
    log,
  });
}

/** The tab before may be just closing. */
const LOCK_WAIT_MS = 3_000;

/**
 * Two tabs with one database would count everything twice. The lock goes with its tab, however that ends. Browsers have
 * locks, as much else that is needed here, in secure contexts only.
 */
function lock(agentId: string): Promise<() => void> {
  const { locks } = navigator;
  if (!locks)
    throw new SkerryError(
      'unsupported',
      "this page isn't a secure context, so the browser gives it no locks",
      {
        hint: 'open it over https://, or on the machine itself as http://127.0.0.1 or http://localhost',
      },
    );
  return new Promise((resolve, reject) => {
    const options = { signal: AbortSignal.timeout(LOCK_WAIT_MS) };
    const held = locks.request(
      `skerry-${agentId}`,
      options,
      () => new Promise<void>((release) => resolve(release)),
    );
    held.catch((cause: unknown) =>
      reject(
        new SkerryError('conflict', `another tab of this browser is the agent ${agentId}`, {
          hint: 'close it, or give this one its own agent.id',
          cause,
        }),
      ),
    );
  });
}
