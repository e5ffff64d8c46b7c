import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { EffectivePolicy, SequentialSetting } from '@skerry/proto/policy';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import type { Clock } from '../ports.ts';
import { DriftMonitor, type DriftOutput } from './monitor.ts';
import type { DriftSettings } from './rules.ts';
import type { DriftStatus } from './status.ts';

export interface DriftWatchOptions {
  pipeline: string;
  /** The pipeline's configured channels, in the order in which samples come. */
  channels: readonly string[];
  clock: Clock;
  /** A fresh episode id. */
  newEpisode: () => string;
}

/**
 * Drift of one pipeline across releases and policies: a monitor for the release that serves, where it has a reference,
 * and what the monitors have said and nobody has committed yet.
 */
export class DriftWatch {
  readonly #options: DriftWatchOptions;
  #monitor: DriftMonitor | undefined;
  #policy: { effective: EffectivePolicy | undefined; generation: number } = {
    effective: undefined,
    generation: 0,
  };
  #pending: DriftOutput = { sketches: [], alerts: [] };

  constructor(options: DriftWatchOptions) {
    this.#options = options;
  }

  /**
   * Makes ready to watch another release and returns how to begin; until then nothing changes. Without a reference there
   * is nothing to watch. Throws SkerryError invalid where the reference can't be read or contradicts itself.
   */
  prepare(manifest: ReleaseManifest, releaseDigest: string, reference: Uint8Array | undefined): () => void {
    const monitor = reference && this.#monitorOf(manifest, releaseDigest, reference);
    return () => {
      this.end();
      this.#monitor = monitor;
      const { effective, generation } = this.#policy;
      if (monitor)
        this.#take(monitor.setPolicy(settingsOf(effective), generation, this.#options.clock.wallMs()));
    };
  }

  #monitorOf(
    manifest: ReleaseManifest,
    releaseDigest: string,
    reference: Uint8Array,
  ): DriftMonitor | undefined {
    const { pipeline, channels, newEpisode } = this.#options;
    if (!manifest.drift) return undefined;
    return new DriftMonitor({
      pipeline,
      channels,
      newEpisode,
      release: releaseRef(manifest),
      releaseDigest,
      reference: decodeReference(manifest, reference),
      settings: {
        windowMs: manifest.drift.window.duration,
        minSamples: manifest.drift.window.minSamples,
        input: manifest.drift.input,
        output: manifest.drift.output,
        falseAlarmMs: falseAlarmOf(manifest.drift.sequential),
      },
    });
  }

  /** Watches nothing from now on. */
  clear(): void {
    this.end();
    this.#monitor = undefined;
  }

  /** Judges by another policy at once. */
  usePolicy(effective: EffectivePolicy | undefined, generation: number): void {
    this.#policy = { effective, generation };
    if (this.#monitor)
      this.#take(this.#monitor.setPolicy(settingsOf(effective), generation, this.#options.clock.wallMs()));
  }

  /** One row taken, NaN where it has no value; the hot path. */
  onRow(device: string, values: Float64Array, timeUs: number): void {
    if (!this.#monitor) return;
    const closed = this.#monitor.roll(device, timeUs, this.#options.clock);
    if (closed.sketches.length > 0 || closed.alerts.length > 0) this.#take(closed);
    this.#monitor.observeRow(device, values);
  }

  /** A row was rejected because of this channel's value. */
  onOutside(device: string, channel: number, timeUs: number): void {
    if (!this.#monitor) return;
    const closed = this.#monitor.roll(device, timeUs, this.#options.clock);
    if (closed.sketches.length > 0 || closed.alerts.length > 0) this.#take(closed);
    this.#monitor.observeOutside(device, channel);
  }

  /** One output of one window. */
  onOutput(device: string, output: string, value: number, toUs: number): void {
    if (!this.#monitor) return;
    const changed = this.#monitor.observeOutput(device, output, value, toUs, this.#options.clock);
    if (changed.alerts.length > 0) this.#take(changed);
  }

  /** The device's event time goes back. */
  startAnew(device: string): void {
    this.#monitor?.startAnew(device);
  }

  /** What is to be committed; handed out once. */
  take(): DriftOutput {
    const pending = this.#pending;
    if (pending.sketches.length > 0 || pending.alerts.length > 0)
      this.#pending = { sketches: [], alerts: [] };
    return pending;
  }

  /** The last words of the release that is watched: before another one, and before a stop. */
  end(): void {
    if (this.#monitor) this.#take(this.#monitor.end(this.#options.clock.wallMs()));
  }

  isDrifting(device: string): boolean {
    return this.#monitor?.isDrifting(device) ?? false;
  }

  status(): DriftStatus[] {
    return this.#monitor?.status() ?? [];
  }

  #take(output: Readonly<DriftOutput>): void {
    this.#pending.sketches.push(...output.sketches);
    this.#pending.alerts.push(...output.alerts);
  }
}

function settingsOf(policy: EffectivePolicy | undefined): DriftSettings | undefined {
  if (!policy) return undefined;
  const { windowMs, minSamples, input, output, sequential } = policy;
  const falseAlarmMs = sequential && falseAlarmOf(sequential);
  return { windowMs, minSamples, input, output, ...(falseAlarmMs !== undefined && { falseAlarmMs }) };
}

function falseAlarmOf(sequential: SequentialSetting): number | 'off' {
  return sequential === 'off' ? 'off' : sequential.falseAlarmEvery;
}

/** The drift reference of a release. Throws SkerryError invalid where the bytes are none. */
export function decodeReference(manifest: ReleaseManifest, bytes: Uint8Array): skerry.v1.DriftReference {
  try {
    return decode(v1.DriftReference, bytes);
  } catch (cause) {
    const file = `${manifest.drift?.reference} of ${releaseRef(manifest)}`;
    throw new SkerryError('invalid', `${file} is no drift reference: ${messageOf(cause)}`, {
      hint: 'make it with skerry-model profile',
      cause,
    });
  }
}
