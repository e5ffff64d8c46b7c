/**
 * Watches what goes into and comes out of one release in one pipeline, per device, against the release's drift
 * reference. Values go in on the hot path; sketches of closed windows and alert records come out as data, for the
 * caller to commit.
 *
 *     accepted row of time t:  roll(device, t, clock)  then  observeRow(device, values)
 *     window's result:         observeOutput(device, output, value, to, clock)
 *     pushed policy:           setPolicy(policy, generation, wall)
 *     release replaced, stop:  end(wall)
 *
 * What may be lost: nothing here is stored. A restart begins new drift windows with an empty history, and an episode
 * that was under way at a crash is not cleared by its id (a new one opens if the drift lasts). At most `maxDevices` are
 * watched, the first ones seen; rows and outputs of further ones are counted in `overflow` and not observed.
 *
 * Memory: about 3 kB per signal and device (ten bins, open window, three closed ones); nothing grows with time.
 */
import type { skerry } from '@skerry/proto/wire';
import type { Clock } from '../ports.ts';
import { type DeviceDrift, rowsOf, type WatchedSignal, watchDevice, watchedSignals } from './device.ts';
import { alertRecord, type DriftSource, shiftRecord, sketchRecord } from './records.ts';
import { type DriftRules, type DriftSettings, driftRules } from './rules.ts';
import type { ShiftChange } from './shift.ts';
import type { EpisodeChange, SignalDrift } from './signal.ts';
import { type DriftStatus, statusOf } from './status.ts';

export interface DriftMonitorOptions {
  pipeline: string;
  /** NAME@VERSION. */
  release: string;
  releaseDigest: string;
  reference: skerry.v1.IDriftReference;
  /** Channel names in the order of a sample's values; those without a reference aren't watched. */
  channels: readonly string[];
  /** The release's own settings (model.yaml: drift). */
  settings: DriftSettings;
  /** A fresh episode id. */
  newEpisode: () => string;
  /** Devices × signals watched at most; at least one device always is. Default 20,000. */
  maxSignals?: number;
}

/** What is to be committed. */
export interface DriftOutput {
  sketches: skerry.v1.IDriftSketch[];
  alerts: skerry.v1.IAlertRecord[];
}

// Shared by every roll in which nothing happens, which is nearly all of them.
const NOTHING: Readonly<DriftOutput> = Object.freeze({
  sketches: Object.freeze([]) as unknown as skerry.v1.IDriftSketch[],
  alerts: Object.freeze([]) as unknown as skerry.v1.IAlertRecord[],
});

export class DriftMonitor {
  /** Rows and outputs not observed because their device came after maxSignals was reached. */
  overflow = 0;
  readonly #options: DriftMonitorOptions;
  readonly #signals: WatchedSignal[];
  readonly #maxDevices: number;
  readonly #devices = new Map<string, DeviceDrift>();
  #rules: DriftRules;
  #latest: DeviceDrift | undefined;

  /** Throws `invalid` where a reference contradicts itself. */
  constructor(options: DriftMonitorOptions) {
    this.#options = options;
    this.#signals = watchedSignals(options.reference, options.channels);
    const perDevice = Math.max(1, this.#signals.length);
    this.#maxDevices = Math.max(1, Math.floor((options.maxSignals ?? 20_000) / perDevice));
    this.#rules = this.#rulesOf(undefined, 0);
  }

  /** Whether values of this output are compared with anything. */
  watchesOutput(output: string): boolean {
    return this.#signals.some(({ reference }) => reference.isOutput && reference.name === output);
  }

  /** Counts a row's values by channel; NaN stands for none. No allocation after a device's first row. */
  observeRow(device: string, values: ArrayLike<number>): void {
    const watched = this.#device(device);
    if (!watched) {
      this.overflow++;
      return;
    }
    const { inputs } = watched;
    for (let c = 0; c < inputs.length; c++) {
      const value = values[c]!;
      if (!Number.isNaN(value)) inputs[c]?.add(value);
    }
  }

  /** Counts a value that the release's range rejected, of a device whose time was told. */
  observeOutside(device: string, channelIndex: number): void {
    const signal = this.#device(device)?.channels[channelIndex];
    if (signal) signal.outside++;
  }

  /**
   * Counts one value of an output, of a window that ended at `toUs`, and says where it makes a shift begin or end.
   * Outputs without a reference aren't watched.
   */
  observeOutput(
    device: string,
    output: string,
    value: number,
    toUs: number,
    clock: Pick<Clock, 'wallMs'>,
  ): Readonly<DriftOutput> {
    const watched = this.#device(device);
    if (!watched) this.overflow++;
    const signal = watched?.outputs.get(output);
    if (!watched || !signal) return NOTHING;
    signal.current.add(value);
    const change = signal.shift?.add(value, toUs, this.#options.newEpisode);
    if (!change) return NOTHING;
    const sketches: skerry.v1.IDriftSketch[] = [];
    return { sketches, alerts: [shiftRecord(this.#source(watched), signal, change, clock.wallMs())] };
  }

  /**
   * Tells the device's event time, before the values of that time are observed, and closes the windows that it ends.
   * Time that goes back changes nothing. `clock` stamps what comes out, and isn't looked at where nothing does.
   */
  roll(device: string, nowUs: number, clock: Pick<Clock, 'wallMs'>): Readonly<DriftOutput> {
    const watched = this.#device(device);
    if (!watched) return NOTHING;
    const lastUs = watched.lastUs;
    if (nowUs > lastUs) watched.lastUs = nowUs;
    if (nowUs < watched.dueUs || !this.#hasWork(watched, nowUs)) return NOTHING;
    return this.#close(watched, nowUs, lastUs, clock.wallMs());
  }

  /** The device's time goes back: its open windows begin anew with its next value and keep their counts. */
  startAnew(device: string): void {
    const watched = this.#devices.get(device);
    if (!watched) return;
    watched.lastUs = -Infinity;
    watched.dueUs = -Infinity;
    for (const signal of watched.signals) signal.startAnew();
  }

  /**
   * Takes over a policy (or goes back to the release's own settings) without losing a count, and judges at once by it
   * whatever has samples enough: each changed level comes out as a sketch, each changed episode as an alert. Signals
   * with fewer samples are judged as soon as they have them. The sketch of an open window has the `from` of the
   * sketch that follows when it closes, and is replaced by it.
   */
  setPolicy(policy: DriftSettings | undefined, generation: number, wallMs: number): DriftOutput {
    this.#rules = this.#rulesOf(policy, generation);
    return this.judgeNow(wallMs);
  }

  /**
   * Judges the open windows as they stand. Meant for when the rules change: every further look at a window that is
   * still being filled is another chance of a false alarm.
   */
  judgeNow(wallMs: number): DriftOutput {
    const output: DriftOutput = { sketches: [], alerts: [] };
    for (const watched of this.#devices.values()) {
      for (const signal of watched.signals) {
        this.#rejudge(watched, signal, watched.lastUs, wallMs, output);
        this.#shift(watched, signal, signal.shift?.useRules(this.#rules), wallMs, output);
      }
      watched.dueUs = this.#nextDue(watched);
    }
    return output;
  }

  /** The last words: open windows as they are, and the end of every episode. The monitor starts afresh after it. */
  end(wallMs: number): DriftOutput {
    const output: DriftOutput = { sketches: [], alerts: [] };
    for (const watched of this.#devices.values())
      for (const signal of watched.signals) {
        const source = this.#source(watched);
        if (signal.current.n > 0 && !Number.isNaN(signal.fromUs)) {
          const window = signal.judgeOpen(watched.lastUs, this.#rules);
          output.sketches.push(sketchRecord(source, signal, window));
        }
        this.#alert(source, signal, signal.end(), wallMs, output);
        this.#shift(watched, signal, signal.shift?.end(), wallMs, output);
      }
    this.#devices.clear();
    this.#latest = undefined;
    return output;
  }

  /** Whether any signal of the device is in an episode. */
  isDrifting(device: string): boolean {
    const signals = this.#devices.get(device)?.signals ?? [];
    return signals.some(({ episode, shift }) => episode !== undefined || shift?.episode !== undefined);
  }

  /** Every signal of every device, as last judged. */
  status(): DriftStatus[] {
    return [...this.#devices.values()].flatMap(({ device, signals }) =>
      signals.map((signal) => statusOf(device, signal)),
    );
  }

  #device(device: string): DeviceDrift | undefined {
    // Values come in rows and rows in runs, so the last device is nearly always the next.
    if (this.#latest?.device === device) return this.#latest;
    let watched = this.#devices.get(device);
    if (!watched) {
      if (this.#devices.size >= this.#maxDevices) return undefined;
      watched = watchDevice(device, this.#signals, this.#options.channels, this.#rules);
      this.#devices.set(device, watched);
    }
    this.#latest = watched;
    return watched;
  }

  /** Begins the windows that haven't begun, and tells whether any is to be closed or judged. */
  #hasWork({ signals }: DeviceDrift, nowUs: number): boolean {
    let hasWork = false;
    const rows = rowsOf(signals);
    for (const signal of signals) {
      if (Number.isNaN(signal.fromUs)) signal.fromUs = nowUs;
      if (signal.isDue(nowUs, this.#rules, rows) || signal.isJudgeable(this.#rules)) hasWork = true;
    }
    return hasWork;
  }

  #close(watched: DeviceDrift, nowUs: number, lastUs: number, wallMs: number): DriftOutput {
    const output: DriftOutput = { sketches: [], alerts: [] };
    const rows = rowsOf(watched.signals);
    for (const signal of watched.signals) {
      if (signal.isDue(nowUs, this.#rules, rows)) {
        const source = this.#source(watched);
        const window = signal.close(nowUs, lastUs, this.#rules, rows);
        output.sketches.push(sketchRecord(source, signal, window));
        this.#alert(source, signal, signal.afterClose(this.#options.newEpisode), wallMs, output);
      } else if (signal.isJudgeable(this.#rules)) this.#rejudge(watched, signal, lastUs, wallMs, output);
    }
    watched.dueUs = this.#nextDue(watched);
    return output;
  }

  #rejudge(
    watched: DeviceDrift,
    signal: SignalDrift,
    lastUs: number,
    wallMs: number,
    output: DriftOutput,
  ): void {
    const source = this.#source(watched);
    const before = signal.level;
    const open = signal.rejudge(lastUs, this.#rules);
    if (open && signal.level !== before) output.sketches.push(sketchRecord(source, signal, open));
    this.#alert(source, signal, signal.afterRejudge(open, this.#options.newEpisode), wallMs, output);
  }

  #alert(
    source: DriftSource,
    signal: SignalDrift,
    change: EpisodeChange | undefined,
    wallMs: number,
    output: DriftOutput,
  ): void {
    if (change) output.alerts.push(alertRecord(source, signal, change, wallMs));
  }

  #shift(
    watched: DeviceDrift,
    signal: SignalDrift,
    change: ShiftChange | undefined,
    wallMs: number,
    output: DriftOutput,
  ): void {
    if (change) output.alerts.push(shiftRecord(this.#source(watched), signal, change, wallMs));
  }

  #nextDue(watched: DeviceDrift): number {
    let dueUs = Infinity;
    for (const { fromUs, awaitsJudgement } of watched.signals) {
      // Before the first value there's a window to begin, and one that awaits its judgement gets it at minSamples.
      if (awaitsJudgement || Number.isNaN(fromUs)) return -Infinity;
      dueUs = Math.min(dueUs, fromUs + this.#rules.windowMs * 1000);
    }
    return dueUs;
  }

  #source({ device }: DeviceDrift): DriftSource {
    const { pipeline, release, releaseDigest } = this.#options;
    return { pipeline, device, release, releaseDigest, policy: this.#rules.policy };
  }

  #rulesOf(policy: DriftSettings | undefined, generation: number): DriftRules {
    const outputs = this.#signals.filter(({ reference }) => reference.isOutput).length;
    const inputs = this.#signals.length - outputs;
    return driftRules(this.#options.settings, policy, generation, { inputs, outputs });
  }
}
