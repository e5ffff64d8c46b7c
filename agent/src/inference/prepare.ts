/**
 * From a release on disk to a model that may serve: on each backend in the configured order, every variant is loaded,
 * judged by the golden vectors, warmed up and timed; of the first backend where one passes, the fastest is taken. int8
 * is slower than fp32 for small dense nets and in WebAssembly, so it is measured here and not assumed.
 */
import { type Crypto, digestOf } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { acceptModel } from '@skerry/proto/onnx/check';
import type { BlobRef } from '@skerry/proto/pack';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import { formatBytes } from '@skerry/proto/units';
import { compareVersions } from '@skerry/proto/version';
import type { WindowBatch } from '../pipeline/types.ts';
import type { BackendName, Blobs, Clock, InferenceBackend, InferenceSession } from '../ports.ts';
import { createGoldenJudge, type GoldenCase, readGolden } from '../release/golden.ts';
import type { Room } from './memory.ts';
import { createModel, type LoadedModel } from './model.ts';

/** A release whose files are all in Blobs. */
export interface LoadableRelease {
  manifest: ReleaseManifest;
  /** The release digest. */
  digest: string;
  /** By path inside the release, as in PackedRelease. */
  files: ReadonlyMap<string, BlobRef>;
}

export interface PrepareOptions {
  backends: readonly InferenceBackend[];
  blobs: Blobs;
  crypto: Crypto;
  clock: Clock;
  memory: Room;
  /** `inference.maxState`: what a model may remember of a device; unset: 16 KiB. */
  maxStateBytes?: number | undefined;
  /** `inference.choose`: the fastest variant that passes, or the first in the manifest's order. */
  choose: 'fastest' | 'first';
  /** `inference.workerAbove`: a model that takes longer for a batch of 32 windows runs in a worker; unset: none does. */
  workerAboveMs?: number;
  /** Of the agent program, against what releases require; unset: any runs them. */
  agentVersion?: string;
}

/** How one variant did on one backend. */
export interface VariantOutcome {
  variant: string;
  backend: BackendName;
  passed: boolean;
  /** Why not, or how it was judged. */
  detail: string;
  /** Microseconds per window in a batch of 32; 0 where it didn't get that far. */
  inferUs: number;
}

export interface Prepared {
  model: LoadedModel;
  outcomes: VariantOutcome[];
}

/** No variant passed on any backend; says how each did. */
export class NoVariantServes extends SkerryError {
  readonly outcomes: VariantOutcome[];

  constructor(ref: string, outcomes: VariantOutcome[]) {
    const reasons = outcomes.map((o) => `${o.backend}/${o.variant}: ${o.detail}`);
    super('invalid', `${ref} can't serve here: ${reasons.join('; ')}`, {
      hint: 'what served before still does; correct the release, or inference.backends',
    });
    this.outcomes = outcomes;
  }
}

const TIMED_BATCH = 32;
/** The first ones warm up, and are never the fastest. */
const TIMED_RUNS = 7;
const TIMING_BUDGET_MS = 300;
/** Five short runs on a busy machine differ by a tenth by themselves; the variant that stands first is kept for less. */
const WORTH_CHANGING = 0.8;
/** Times as long as without a worker. */
const WORKER_COSTS_AT_MOST = 2;

/**
 * Prepares a release. Throws SkerryError `unsupported` where it requires a newer agent, `untrusted` where a file has
 * other bytes than its digest, `full` where none passes and there was no memory to try them all, and else NoVariantServes (`invalid`): its message lists each variant
 * and backend with its reason.
 */
export async function prepareRelease(options: PrepareOptions, release: LoadableRelease): Promise<Prepared> {
  requireAgent(options, release.manifest);
  const golden =
    release.manifest.golden && readGolden(await verified(options, release, release.manifest.golden.file));
  const trial: Trial = { options, release, golden, outcomes: [], noRoom: undefined };
  const { outcomes } = trial;
  for (const backend of options.backends) {
    const model = await prepareOn(trial, backend);
    if (model) return { model, outcomes };
  }
  if (trial.noRoom) throw trial.noRoom; // that changes by itself: no verdict on the release
  throw new NoVariantServes(releaseRef(release.manifest), outcomes);
}

function requireAgent({ agentVersion }: PrepareOptions, manifest: ReleaseManifest): void {
  const oldest = manifest.requires?.agent;
  if (oldest === undefined || agentVersion === undefined || compareVersions(agentVersion, oldest) >= 0)
    return;
  throw new SkerryError(
    'unsupported',
    `${releaseRef(manifest)} requires agent ${oldest}, and this one is ${agentVersion}`,
    { hint: 'update the agent program first; what served before still does' },
  );
}

/** One release on its way through all backends. */
interface Trial {
  options: PrepareOptions;
  release: LoadableRelease;
  golden: GoldenCase[] | undefined;
  outcomes: VariantOutcome[];
  /** The latest failure for want of memory. */
  noRoom: SkerryError | undefined;
}

async function prepareOn(trial: Trial, backend: InferenceBackend): Promise<LoadedModel | undefined> {
  const { options, release, golden, outcomes } = trial;
  let best: { model: LoadedModel; outcome: VariantOutcome } | undefined;
  for (const variant of release.manifest.variants) {
    const outcome: VariantOutcome = {
      variant: variant.name,
      backend: backend.name,
      passed: false,
      detail: golden ? `${golden.length} golden cases passed` : 'the release has no golden vectors',
      inferUs: 0,
    };
    outcomes.push(outcome);
    let model: LoadedModel | undefined;
    try {
      model = await loadAndJudge(trial, backend, variant.name);
      outcome.inferUs = await time(options.clock, release.manifest, model);
      outcome.passed = true;
    } catch (error) {
      await model?.release();
      if (error instanceof SkerryError && ['untrusted', 'not-found'].includes(error.code)) {
        await best?.model.release();
        throw error;
      }
      // Else expected here: the reason goes into the report, and the next variant or backend has its turn.
      outcome.detail = messageOf(error);
      if (!(error instanceof SkerryError)) continue;
      if (error.code === 'full') trial.noRoom = error;
      if (error.code === 'unsupported') break;
      continue;
    }
    const isBetter =
      !best || (options.choose === 'fastest' && outcome.inferUs < best.outcome.inferUs * WORTH_CHANGING);
    await (isBetter ? best?.model : model)?.release();
    if (isBetter) best = { model, outcome };
  }
  return best && apartWhereSlow(trial, backend, best.model, best.outcome);
}

/**
 * The same model in a worker, where a run would hold up everything else for too long and this backend has workers; unless
 * handing over the windows is what takes long, which a worker makes no better.
 */
async function apartWhereSlow(
  trial: Trial,
  backend: InferenceBackend,
  model: LoadedModel,
  outcome: VariantOutcome,
): Promise<LoadedModel> {
  const { workerAboveMs = Number.POSITIVE_INFINITY } = trial.options;
  const batchMs = (outcome.inferUs * TIMED_BATCH) / 1_000;
  if (batchMs <= workerAboveMs || !backend.createApart) return model;
  const slow = `${batchMs.toPrecision(3)} ms for ${TIMED_BATCH} windows`;
  try {
    const apart = await loadAndJudge(
      trial,
      { name: backend.name, create: backend.createApart },
      outcome.variant,
    );
    const apartUs = await time(trial.options.clock, trial.release.manifest, apart);
    const pays = apartUs <= WORKER_COSTS_AT_MOST * outcome.inferUs;
    outcome.detail += pays
      ? `; ${slow}: it runs in a worker`
      : `; ${slow}, and ${((apartUs * TIMED_BATCH) / 1_000).toPrecision(3)} ms in a worker: it runs without one`;
    await (pays ? model : apart).release();
    return pays ? apart : model;
  } catch (error) {
    // It serves all the same, and whoever looks at the report sees why the agent stalls.
    outcome.detail += `; ${slow}, and it can't run in a worker: ${messageOf(error)}`;
    return model;
  }
}

async function loadAndJudge(
  trial: Trial,
  backend: InferenceBackend,
  variantName: string,
): Promise<LoadedModel> {
  const { options, release, golden } = trial;
  const { manifest } = release;
  const variant = manifest.variants.find(({ name }) => name === variantName)!;
  const bytes = await verified(options, release, variant.file);
  const allowed = manifest.limits.memory ?? Number.POSITIVE_INFINITY;
  if (bytes.length > allowed)
    throw new SkerryError(
      'too-large',
      `${variant.file} is ${formatBytes(bytes.length)}, and its limits.memory ${formatBytes(allowed)}`,
    );
  const giveBack = options.memory.take(variant.file, bytes.length);
  let session: InferenceSession | undefined;
  try {
    session = await backend.create(await loadableModel(options.blobs, release, variant.file, bytes));
    if (golden) await judge(manifest, session, golden);
    const { crypto, clock } = options;
    const model = createModel({
      manifest,
      session,
      variant: variant.name,
      backend: backend.name,
      crypto,
      clock,
      maxStateBytes: options.maxStateBytes,
      fileBytes: bytes.length,
    });
    return { ...model, release: () => model.release().finally(giveBack) };
  } catch (error) {
    await session?.release();
    giveBack();
    throw error;
  }
}

/**
 * By path as it was signed, or the bytes of the same graph as plain tensors. Throws SkerryError `invalid` where the
 * runtime would refuse it, with a plainer reason than the runtime's.
 */
async function loadableModel(
  blobs: Blobs,
  release: LoadableRelease,
  file: string,
  bytes: Uint8Array,
): Promise<{ path: string } | { bytes: Uint8Array }> {
  if (file.endsWith('.onnx')) {
    const plain = acceptModel(bytes);
    if (plain.changes.length > 0) return { bytes: plain.bytes };
  }
  const path = await blobs.path(release.files.get(file)!.digest);
  return path === undefined ? { bytes } : { path };
}

async function judge(
  manifest: ReleaseManifest,
  session: InferenceSession,
  golden: readonly GoldenCase[],
): Promise<void> {
  const judge = createGoldenJudge(manifest, golden);
  for (const [index, { inputs, outputs }] of golden.entries()) {
    const refusal = judge.answer(index, await session.run(inputs, Object.keys(outputs)));
    if (refusal) throw new SkerryError('invalid', refusal);
  }
}

/**
 * Microseconds per window; the least of several runs, which other work disturbs least. A run may hold up everything
 * else, so a slow model is run no longer than the budget, and at least once.
 */
async function time(clock: Clock, manifest: ReleaseManifest, model: LoadedModel): Promise<number> {
  const windows = exampleWindows(manifest);
  const beginMs = clock.monoMs();
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TIMED_RUNS; run++) {
    const startMs = clock.monoMs();
    if (run > 0 && startMs - beginMs > TIMING_BUDGET_MS) break;
    await model.run(windows);
    bestMs = Math.min(bestMs, clock.monoMs() - startMs);
  }
  return (bestMs * 1000) / TIMED_BATCH;
}

/** Windows that wander about each channel's middle. */
function exampleWindows(manifest: ReleaseManifest): WindowBatch {
  const { channels, length } = manifest.window;
  const data = new Float32Array(TIMED_BATCH * length * channels.length);
  for (let i = 0; i < data.length; i++) {
    const [low, high] = channels[i % channels.length]!.range ?? [-1, 1];
    data[i] = (low + high) / 2 + ((high - low) / 8) * Math.sin(i);
  }
  const zeros = new Uint32Array(TIMED_BATCH);
  const times = new Float64Array(TIMED_BATCH);
  const devices = new Array<string>(TIMED_BATCH).fill('');
  return {
    count: TIMED_BATCH,
    data,
    devices,
    fromUs: times,
    toUs: times,
    interpolated: zeros,
    missing: zeros,
    late: zeros,
  };
}

/** The file's bytes, read back and compared with their digest: what is loaded is what was signed. */
async function verified(
  options: PrepareOptions,
  release: LoadableRelease,
  file: string,
): Promise<Uint8Array> {
  const ref = release.files.get(file);
  const bytes = ref && (await options.blobs.read(ref.digest));
  const label = `${file} of ${releaseRef(release.manifest)}`;
  if (!bytes) throw new SkerryError('not-found', `${label} is not on this device`);
  if (digestOf(options.crypto, bytes) !== ref.digest)
    throw new SkerryError('untrusted', `${label} has other bytes on disk than were signed`);
  return bytes;
}
