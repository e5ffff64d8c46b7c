import type { EffectivePolicy } from '@skerry/proto/policy';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import { decode, v1 } from '@skerry/proto/wire';
import type { Clock } from '../ports.ts';
import { DriftMonitor, type DriftOutput, type DriftStatus } from './monitor.ts';

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

  /** Watches another release from now on; without a reference there is nothing to watch. */
  useRelease(manifest: ReleaseManifest, releaseDigest: string, reference: Uint8Array | undefined): void {
    const { pipeline, channels, clock, newEpisode } = this.#options;
    this.end();
    this.#monitor = undefined;
    if (!manifest.drift || !reference) return;
    this.#monitor = new DriftMonitor({
      pipeline,
      channels,
      newEpisode,
      release: releaseRef(manifest),
      releaseDigest,
      reference: decode(v1.DriftReference, reference),
      settings: {
        windowMs: manifest.drift.window.duration,
        minSamples: manifest.drift.window.minSamples,
        input: manifest.drift.input,
        output: manifest.drift.output,
      },
    });
    this.#take(this.#monitor.setPolicy(this.#policy.effective, this.#policy.generation, clock.wallMs()));
  }

  /** Judges by another policy at once. */
  usePolicy(effective: EffectivePolicy | undefined, generation: number): void {
    this.#policy = { effective, generation };
    if (this.#monitor)
      this.#take(this.#monitor.setPolicy(effective, generation, this.#options.clock.wallMs()));
  }

  /** One value taken from a sample; the hot path. */
  onSample(device: string, channel: number, value: number, timeUs: number): void {
    if (!this.#monitor) return;
    const closed = this.#monitor.roll(device, timeUs, this.#options.clock.wallMs());
    if (closed.sketches.length > 0 || closed.alerts.length > 0) this.#take(closed);
    this.#monitor.observeInput(device, channel, value);
  }

  /** One output of one window. */
  onOutput(device: string, output: string, value: number): void {
    this.#monitor?.observeOutput(device, output, value);
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

  status(): DriftStatus[] {
    return this.#monitor?.status() ?? [];
  }

  #take(output: Readonly<DriftOutput>): void {
    this.#pending.sketches.push(...output.sketches);
    this.#pending.alerts.push(...output.alerts);
  }
}
