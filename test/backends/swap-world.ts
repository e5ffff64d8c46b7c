/**
 * Hot swaps of two real releases under load, in this process: the agent's own slots, engine, processor and outbox over
 * LevelDB and onnxruntime, without MQTT and control plane.
 */
import { join } from 'node:path';
import { createFsBlobs } from '@skerry/agent/adapters/fs-blobs';
import { openLevelStore } from '@skerry/agent/adapters/level-store';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock, systemRandom, systemTimers } from '@skerry/agent/adapters/system-clock';
import { parseAgentConfig } from '@skerry/agent/config';
import { createEngine } from '@skerry/agent/inference/engine';
import { openOutbox } from '@skerry/agent/outbox/open';
import { createPipeline } from '@skerry/agent/pipeline/pipeline';
import { createProcessor } from '@skerry/agent/processor';
import { createReleases } from '@skerry/agent/release/activate';
import type { ReleaseTarget } from '@skerry/agent/release/slots';
import { AgentTime } from '@skerry/agent/time/agent-time';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { packRelease } from '@skerry/proto/pack';
import { releaseRef } from '@skerry/proto/release';
import { Clockwork, messages } from '../bench/load.ts';
import { pumpPipeline } from '../e2e/support/agent.ts';
import { CATALOG } from '../e2e/support/control-plane.ts';

export const DEVICES = 20;
/** One window a device closes about every second of these. */
const READINGS_A_SWAP = 16;
/** Full long before a hundred swaps, so that the outbox grows no further. */
const MAX_BYTES = 256 * 1024;

export interface SwapWorld {
  /** Changes over to the other release, while a plant publishes. */
  swap(): Promise<void>;
  /** Windows that the readings so far must have closed, and results that came of them. */
  readonly windows: number;
  readonly results: number;
  /** Results by the release that made them, and those that are errors. */
  readonly byRelease: ReadonlyMap<string, number>;
  readonly errors: number;
  close(): Promise<void>;
}

/** Opens it with the pump's first release serving; everything lies under `folder`. */
export async function openSwapWorld(folder: string): Promise<SwapWorld> {
  const log = (): void => undefined;
  const text = JSON.stringify({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    mqtt: { listen: {} },
    controlPlane: { url: 'http://127.0.0.1' },
    pipelines: [pumpPipeline('pump-anomaly')],
  });
  const { pipelines, limits, inference } = parseAgentConfig(text, 'agent.yaml', {});
  const blobs = createFsBlobs(join(folder, 'blobs'));
  const ports = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    crypto: nodeCrypto,
    blobs,
    log,
    crashPoint: log,
    store: await openLevelStore({ location: join(folder, 'db'), maxBytes: MAX_BYTES }),
  };
  const time = new AgentTime({ clock: systemClock });
  const { outbox, recovered } = await openOutbox(ports.store, {
    ...ports,
    onLastKnown: (wallMs) => time.resume(wallMs),
    limits: { maxBytes: MAX_BYTES, maxAgeMs: 3_600_000, whenFull: 'drop-oldest', durability: 'os' },
  });
  const pipeline = createPipeline(pipelines[0]!, { agent: 'swaps', crypto: nodeCrypto, limits });
  const engine = createEngine({
    ...ports,
    backends: [createOrtNodeBackend()],
    maxMemoryBytes: inference.maxMemory,
    choose: inference.choose,
  });
  const byRelease = new Map<string, number>();
  const packed = await Promise.all(['1.0.0', '1.1.0'].map(pack));
  let [results, errors] = [0, 0];
  let fatal: unknown;
  const processor = createProcessor({
    ...ports,
    time,
    pipelines: [pipeline],
    outbox,
    recovered,
    route: () => [pipeline],
    infer: (name, windows) => engine.run(name, windows),
    takeDrift: () => [],
    onCommitted(_, { rows }) {
      for (const { release, decision } of rows) {
        byRelease.set(release, (byRelease.get(release) ?? 0) + 1);
        if (decision === 'error') errors++;
      }
      results += rows.length;
    },
    onFatal: (error) => {
      fatal = error;
    },
    whenFull: 'drop-oldest',
    limits: { ...limits, maxJournalBytes: MAX_BYTES / 4 },
  });
  const releases = createReleases({
    ...ports,
    pipelines: [{ name: pipeline.name, channels: pipeline.channels }],
    engine,
    async obtain(_, { digest }) {
      const { files } = packed.find(({ target }) => target.digest === digest)!;
      for (const [name, bytes] of files) await blobs.write(name, bytes);
    },
    changeOver: (_, candidate, serve) =>
      processor.between(() => {
        const { manifest, digest } = candidate!.release;
        pipeline.setRelease(manifest, digest, releaseRef(manifest));
        serve();
      }),
  });
  await processor.start();
  const clockwork = new Clockwork(DEVICES);

  async function serve(target: ReleaseTarget): Promise<void> {
    await releases.apply(new Map([[pipeline.name, target]]));
    const { active, error } = releases.status(pipeline.name);
    if (active?.digest !== target.digest) throw new Error(`${target.version} does not serve: ${error}`);
    if (fatal !== undefined) throw fatal;
  }

  /** Publishes while `work` is under way, each message after the commit of the one a device sent before. */
  async function underLoad(work: Promise<void>): Promise<void> {
    const acknowledged: Promise<void>[] = [];
    for (const { topic, payload } of messages(clockwork.next(READINGS_A_SWAP))) {
      acknowledged.push(
        new Promise((resolve, reject) =>
          processor.ingest(topic, payload, (error) => (error ? reject(error) : resolve())),
        ),
      );
      if (acknowledged.length % DEVICES === 0) await acknowledged.at(-1);
    }
    await Promise.all([work, ...acknowledged]);
  }

  await serve(packed[0]!.target);
  let turn = 0;
  return {
    async swap() {
      turn = 1 - turn;
      await underLoad(serve(packed[turn]!.target));
      await processor.idle();
    },
    get windows() {
      return clockwork.results;
    },
    get results() {
      return results;
    },
    byRelease,
    get errors() {
      return errors;
    },
    async close() {
      await releases.stop();
      await processor.stop();
      await engine.close();
      await ports.store.close();
    },
  };
}

async function pack(version: string): Promise<{ target: ReleaseTarget; files: Map<string, Uint8Array> }> {
  const { manifest, files } = await readReleaseDirectory(join(CATALOG, 'pump-anomaly', version));
  const { release, blobs } = packRelease(nodeCrypto, manifest, files);
  return { target: { name: release.name, version, digest: release.digest }, files: blobs };
}
