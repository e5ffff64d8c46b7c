/**
 * A pipeline: from MQTT payloads to results, in the order of the files beside this one. Pure: time comes in as
 * arguments, storing and inferring are the caller's, in this order:
 *
 *   accept … accept            rows are decoded and checked; they stand in the pending batch
 *   takePending                the batch goes to the journal; PUBACK leaves after that commit
 *   feed(batch, seq)           the journaled samples enter their windows
 *   takeReady, infer, conclude until `ready` is 0
 *   dirtyStates, counters      are committed with the rows, in one batch, as progress up to `seq`
 *
 * After a crash: `restore` what was committed, `feed` entries up to the committed one as 'rebuild' and later ones as
 * 'live'; results and counters come out as if nothing had happened.
 */
import { utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { invariant, SkerryError } from '@skerry/proto/errors';
import type { EffectivePolicy } from '@skerry/proto/policy';
import type { ReleaseManifest } from '@skerry/proto/release';
import type { PipelineConfig } from '../config.ts';
import type { Crypto } from '../ports.ts';
import { compileRules } from './actions.ts';
import { Arrival } from './arrival.ts';
import { ReadyWindows } from './batch.ts';
import { createJudge, type Decided, decide, type Judge } from './decide.ts';
import { Feed } from './feed.ts';
import { SampleColumns } from './samples.ts';
import type { Concluded, DeviceState, Inferred, SampleBatch, SampleCounters, WindowBatch } from './types.ts';
import { Windows } from './window.ts';

export interface Pipeline {
  readonly name: string;
  /** The configuration's channels, in the order of a batch's columns. */
  readonly channels: readonly string[];
  readonly manifest: ReleaseManifest | undefined;
  /**
   * Decodes and checks; accepted rows go to the pending batch. `arrivalUs` is the time of rows without one and never goes
   * back; it is `latestUs` at most, which is the same where it is left out. Returns how many rows were accepted. Never
   * throws.
   */
  accept(topic: string, payload: Uint8Array, arrivalUs: number, latestUs?: number): number;
  /** The same for a row that is decoded already; NaN stands for an absent channel. */
  acceptRow(device: string, timeUs: number, values: ArrayLike<number>, latestUs: number): boolean;
  /** Accepted rows since the last call; `counters()` right after it gives the arrival counters that belong to them. */
  takePending(): SampleBatch | undefined;
  /** Feeds journaled samples to the windows. 'rebuild' counts nothing: it restores the rings after a restart. */
  feed(batch: SampleBatch, journalSeq: number, nowMonoMs: number, mode: 'live' | 'rebuild'): void;
  /** Closes what silence closes; returns when (monoMs) to be called again. Call it after setRelease, too. */
  tick(nowMonoMs: number): number | undefined;
  /** Windows that wait for the model. Take until it is 0 before feeding on: what was fed may hold more back. */
  readonly ready: number;
  /** The oldest ready windows, at most `max`; valid until the next call. Each batch must be concluded. */
  takeReady(max: number): WindowBatch | undefined;
  conclude(windows: WindowBatch, inferred: Inferred, context: { producedMs: number }): Concluded;
  /** States of devices that changed since the last call; for the result commit. */
  dirtyStates(): DeviceState[];
  /** Once, before the first feed. Throws SkerryError where a state can't be read. */
  restore(states: readonly DeviceState[], counters: SampleCounters | undefined): void;
  /** Arrival part as of now, the rest as of what was fed. */
  counters(): SampleCounters;
  /** Bytes that the model remembers of all devices. */
  rememberedBytes(): number;
  /** Whether event time is the time of arrival. */
  readonly stampsArrival: boolean;
  /** Earliest time from which on no device's samples are late or seen before, in microseconds: where times of arrival go on. */
  freeUs(): number;
  /**
   * Starts devices anew that gave times more than maxFuture beyond `latestUs`, while nobody could tell; they would be late
   * until then. Returns them. Call it with a time that can't be later.
   */
  startAnew(latestUs: number): readonly string[];
  /** Lowest journal entry that holds an open sample. */
  oldestOpenJournal(): number | undefined;
  /** Open samples of a journal entry. */
  openIn(journalSeq: number): number;
  /**
   * The open samples of entries first..last; from now on they stand in entry `last`, which is to be written anew with
   * them, in one batch with the removal of the others and with `dirtyStates`. Undefined where there are none.
   */
  carry(first: number, last: number): SampleBatch | undefined;
  /** Closes the open samples of entries below this one, by what covered them so far: the journal's bound. */
  closeBelow(journalSeq: number): void;
  /**
   * Serves a release from now on. Windows must not be on their way (`ready` 0, all batches concluded). The same window
   * specification goes on with its samples; another one closes them. Throws SkerryError, and changes nothing, where
   * this pipeline can't serve it.
   */
  setRelease(manifest: ReleaseManifest, releaseDigest: string, ref: string): void;
  /** Serves nothing from now on; samples are kept as before the first release. Windows must not be on their way. */
  clearRelease(): void;
  setPolicy(policy: EffectivePolicy | undefined, generation: number): void;
}

export interface PipelineOptions {
  /** The agent's id. */
  agent: string;
  crypto: Crypto;
  limits: { maxDevices: number; maxOpenSamples: number; maxBatch: number };
  /**
   * Drift's hooks, not called in a rebuild. Each row taken: a value per configured channel, NaN where it has none, in an
   * array that is used again; each finite output of width 1.
   */
  onRow?: (device: string, values: Float64Array, timeUs: number) => void;
  /** A row was rejected because a channel's value is outside the release's range; when it arrives. */
  onOutside?: (device: string, channel: number, timeUs: number) => void;
  onOutput?: (device: string, output: string, value: number, toUs: number) => void;
  /** Each window with what came of it, before the next batch is taken. */
  onWindow?: (windows: WindowBatch, index: number, decided: Decided, inferred: Inferred) => void;
  /** The device's time goes back. */
  onStartAnew?: (device: string) => void;
}

/** A pipeline without a release. Throws SkerryError for a source that can't be compiled or isn't supported. */
export function createPipeline(config: PipelineConfig, options: PipelineOptions): Pipeline {
  const channels = Object.keys(config.source.channels);
  const { limits } = options;
  const actions = compileRules(config.actions);
  const feed = new Feed({ ...limits, width: channels.length, onRow: options.onRow });
  const arrival = new Arrival(config, feed.books.counters, options.onOutside);
  let judge: Judge | undefined;
  let policy: { effective: EffectivePolicy | undefined; generation: number } = {
    effective: undefined,
    generation: 0,
  };
  let unconcluded = 0;

  function usePolicy(): void {
    if (judge) [judge.policy, judge.policyGeneration] = [policy.effective, policy.generation];
  }

  return {
    name: config.name,
    channels,
    get manifest() {
      return judge?.manifest;
    },
    accept: (topic, payload, arrivalUs, latestUs = arrivalUs) =>
      arrival.accept(topic, payload, arrivalUs, latestUs),
    acceptRow: (device, timeUs, values, latestUs) => arrival.acceptRow(device, timeUs, values, latestUs),
    takePending: () => arrival.columns.take(),
    feed(batch, journalSeq, nowMonoMs, mode) {
      if (mode === 'live') feed.live(batch, journalSeq, nowMonoMs);
      else feed.rebuild(batch, journalSeq, nowMonoMs);
    },
    tick: (nowMonoMs) => feed.tick(nowMonoMs),
    get ready() {
      return feed.ready;
    },
    takeReady(max) {
      const windows = feed.take(max);
      unconcluded += windows?.count ?? 0;
      if (windows && judge && remembers(judge.manifest)) {
        const tag = memoryTag(judge);
        windows.states = windows.devices.map((device) => feed.memoryOf(device, tag));
      }
      return windows;
    },
    conclude(windows, inferred, { producedMs }) {
      invariant(judge, `pipeline ${config.name} concludes windows without a release`);
      unconcluded -= windows.count;
      return concludeAll(judge, feed, windows, inferred, producedMs, options);
    },
    dirtyStates: () => feed.dirtyStates(),
    restore: (states, counters) => feed.restore(states, counters),
    counters: () => copyOf(feed.books.counters),
    rememberedBytes: () => (judge && remembers(judge.manifest) ? feed.rememberedBytes() : 0),
    stampsArrival: config.source.time === undefined,
    freeUs: () => feed.freeUs(),
    startAnew(latestUs) {
      const { time, maxFuture } = config.source;
      const started = time ? feed.startAnew(latestUs + maxFuture * 1000) : [];
      for (const device of started) options.onStartAnew?.(device);
      return started;
    },
    oldestOpenJournal: () => feed.books.span.oldest(),
    openIn: (journalSeq) => feed.books.span.count(journalSeq),
    carry(first, last) {
      const kept = new SampleColumns(config.name, channels.length);
      feed.carry(first, last, kept);
      return kept.take();
    },
    closeBelow: (journalSeq) => feed.closeBelow(journalSeq),
    setRelease(manifest, releaseDigest, ref) {
      invariant(unconcluded === 0, `pipeline ${config.name} gets a release while windows are being inferred`);
      const { name: pipeline } = config;
      const rules = [...compileRules(manifest.rules), ...actions];
      const columns = columnsOf(manifest, channels, pipeline, limits.maxOpenSamples);
      const ready = new ReadyWindows(manifest.window.length * columns.length, limits.maxBatch);
      const windows = new Windows(manifest.window, columns, ready, feed.books);
      feed.use({ windows, ready, tag: specTag(manifest, channels) });
      arrival.useRanges(manifest);
      judge = createJudge({ ...options, pipeline, manifest, releaseDigest, ref, rules });
      usePolicy();
    },
    clearRelease() {
      invariant(
        unconcluded === 0,
        `pipeline ${config.name} loses its release while windows are being inferred`,
      );
      feed.use(undefined);
      judge = undefined;
    },
    setPolicy(effective, generation) {
      policy = { effective, generation };
      usePolicy();
    },
  };
}

function copyOf(counters: SampleCounters): SampleCounters {
  return { ...counters, rejected: { ...counters.rejected }, results: { ...counters.results } };
}

function concludeAll(
  judge: Judge,
  feed: Feed,
  windows: WindowBatch,
  inferred: Inferred,
  producedMs: number,
  { onOutput, onWindow }: PipelineOptions,
): Concluded {
  const concluded: Concluded = { rows: [], alerts: [], actions: [] };
  const { results } = feed.books.counters;
  for (const [device, bytes] of inferred.states ?? [])
    feed.device(device).memory = bytes && { tag: memoryTag(judge), bytes };
  for (let i = 0; i < windows.count; i++) {
    const device = feed.device(windows.devices[i]!);
    device.dirty = true;
    const decided = decide(judge, device.decisions, windows, i, inferred, producedMs);
    const { row, alert, actions } = decided;
    concluded.rows.push(row);
    results[row.decision] = (results[row.decision] ?? 0) + 1;
    if (alert) concluded.alerts.push(alert);
    concluded.actions.push(...actions);
    onWindow?.(windows, i, decided, inferred);
    if (!onOutput) continue;
    for (const output in row.outputs) {
      const value = row.outputs[output];
      if (typeof value === 'number') onOutput(row.device, output, value, row.toUs);
    }
  }
  return concluded;
}

function remembers(manifest: ReleaseManifest): boolean {
  return manifest.output.some((output) => output.kind === 'state');
}

// Another release, though of the same model's next version, begins with nothing.
function memoryTag(judge: Judge): number {
  return crc32c(utf8(judge.releaseDigest));
}

function columnsOf(
  manifest: ReleaseManifest,
  channels: readonly string[],
  pipeline: string,
  maxOpenSamples: number,
): number[] {
  const missing = manifest.window.channels.filter((channel) => !channels.includes(channel.name));
  if (missing.length > 0)
    throw new SkerryError(
      'invalid',
      `release ${manifest.name}@${manifest.version} wants channel ${missing.map((c) => c.name).join(', ')}, which pipeline ${pipeline} doesn't have`,
      { hint: `name it under source.channels of pipeline ${pipeline}` },
    );
  if (manifest.window.length > maxOpenSamples)
    throw new SkerryError(
      'unsupported',
      `release ${manifest.name}@${manifest.version} wants windows of ${manifest.window.length} samples; a device may hold ${maxOpenSamples} open`,
      { hint: 'raise limits.maxOpenSamples' },
    );
  return manifest.window.channels.map((channel) => channels.indexOf(channel.name));
}

// What windows depend on, and the columns that samples are kept in. 0 stands for no release.
function specTag(manifest: ReleaseManifest, channels: readonly string[]): number {
  const { rate, length, hop, missing, maxGap, lateness } = manifest.window;
  const names = manifest.window.channels.map((channel) => channel.name);
  return crc32c(utf8(JSON.stringify([names, rate, length, hop, missing, maxGap, lateness, channels]))) || 1;
}
