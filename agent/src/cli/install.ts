/** `skerry-agent install`: a release carried by hand, through the running agent or without it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { print, printJson, printTable } from '@skerry/proto/node/program';
import { releaseRef } from '@skerry/proto/release';
import { formatBytes } from '@skerry/proto/units';
import { createFsBlobs } from '../adapters/fs-blobs.ts';
import { stderrLog } from '../adapters/log.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { loadEnrolment } from '../identity/identity.ts';
import { createEngine } from '../inference/engine.ts';
import type { Blobs, Log, Store } from '../ports.ts';
import { takeBundle } from '../release/carried.ts';
import { CarriedWishes } from '../release/carried-wishes.ts';
import { requireChannels } from '../release/fitness.ts';
import { type InstallOutcome, pipelinesOf } from '../release/install.ts';
import { readStoredRelease } from '../release/obtain.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import { trustAnchor } from '../trust/anchor.ts';
import { createTrustClient, type TrustClient } from '../trust/client.ts';
import { openDesiredStore } from '../twin/desired-store.ts';
import { inferenceBackends, openStore, rootOf, VERSION } from './compose.ts';
import { type LoadedConfig, loadConfig } from './config-file.ts';
import { postLocal, progress } from './local-post.ts';
import { runningStatus } from './opened-outbox.ts';

const RELEASE_TYPE = 'application/x-skerry-release';

/** Takes the bundle and says what came of it. Throws SkerryError, and what served before still does. */
export async function installBundle(file: string, options: { config: string; json: boolean }): Promise<void> {
  const loaded = await loadConfig(options.config);
  const chunks = await openFile(file);
  let outcome: InstallOutcome;
  try {
    const running = await runningStatus(loaded);
    outcome = running ? await throughAgent(loaded, chunks) : await intoStopped(loaded, chunks, file);
  } finally {
    progress('');
  }
  if (options.json) return printJson(outcome);
  print(`${outcome.release} is installed: signed, whole, and right by its golden vectors.`);
  printTable(
    ['pipeline', 'state', 'variant', 'backend'],
    outcome.pipelines.map((p) => [p.name, p.state, p.variant || '–', p.backend || '–']),
  );
}

/** The file's bytes, with a line that tells how far they are read. Throws SkerryError not-found. */
async function openFile(file: string): Promise<AsyncGenerator<Uint8Array>> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'skerry release bundle NAME@VERSION makes one',
      cause,
    });
  });
  return counted(createReadStream(file, { highWaterMark: 1024 * 1024 }), size);
}

async function* counted(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let readBytes = 0;
  for await (const chunk of chunks) {
    readBytes += chunk.length;
    progress(`${formatBytes(readBytes)} of ${formatBytes(sizeBytes)}`);
    yield chunk;
  }
}

async function throughAgent(
  loaded: LoadedConfig,
  chunks: AsyncGenerator<Uint8Array>,
): Promise<InstallOutcome> {
  const body = ReadableStream.from<Uint8Array>(chunks);
  return (await (await postLocal(loaded, '/api/install', RELEASE_TYPE, body)).json()) as InstallOutcome;
}

/** Into the folders of an agent that isn't running: it activates the release at its next start. */
async function intoStopped(
  loaded: LoadedConfig,
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): Promise<InstallOutcome> {
  const log = stderrLog(systemClock, 'error');
  const store = await openStore(loaded);
  try {
    const blobs = createFsBlobs(join(loaded.dataDir, 'blobs'));
    let names: string[] = [];
    const target = await takeBundle(
      {
        crypto: nodeCrypto,
        blobs,
        log,
        trust: () => openTrust(loaded, store, log),
        accept(release) {
          names = pipelinesOf(loaded.config.pipelines, release);
        },
      },
      chunks,
      what,
    );
    const chosen = await tryOut(loaded, blobs, target, names, log);
    const desired = await openDesiredStore(store, log);
    await (await CarriedWishes.open(store, log)).put(names, target, desired.wished);
    return {
      release: releaseRef(target),
      digest: target.digest,
      pipelines: names.map((name) => ({ name, state: 'at the next start', ...chosen })),
    };
  } finally {
    await store.close();
  }
}

async function openTrust(loaded: LoadedConfig, store: Store, log: Log): Promise<TrustClient> {
  const anchor = trustAnchor({
    enrolledDigest: (await loadEnrolment({ store, log }))?.rootDigest,
    enrollToken: loaded.config.controlPlane?.enrollToken,
    rootBytes: await rootOf(loaded),
  });
  if (!anchor)
    throw new SkerryError('untrusted', 'no root of trust is known here, so no release can be verified', {
      hint: 'set trust: { root: root.json } in agent.yaml: the file that the operator gave you',
    });
  return createTrustClient({
    store,
    crypto: nodeCrypto,
    clock: systemClock,
    log,
    anchor,
    fetchMetadata: () => Promise.reject(new SkerryError('unavailable', 'there is no network here')),
  });
}

/** Golden vectors and warm-up on this machine's own backends, as before every activation. */
async function tryOut(
  { config }: LoadedConfig,
  blobs: Blobs,
  target: ReleaseTarget,
  names: readonly string[],
  log: Log,
): Promise<{ variant: string; backend: string }> {
  const release = await readStoredRelease(nodeCrypto, blobs, target);
  for (const { name, source } of config.pipelines)
    if (names.includes(name))
      requireChannels({ name, channels: Object.keys(source.channels) }, release.manifest);
  const engine = createEngine({
    backends: inferenceBackends(config.inference.backends),
    blobs,
    crypto: nodeCrypto,
    clock: systemClock,
    log,
    agentVersion: VERSION,
    maxMemoryBytes: config.inference.maxMemory,
    choose: config.inference.choose,
    workerAboveMs: config.inference.workerAbove,
  });
  try {
    const candidate = await engine.prepare(release);
    const { variant, backend } = candidate.model;
    await engine.discard(candidate);
    return { variant, backend };
  } finally {
    await engine.close();
  }
}
