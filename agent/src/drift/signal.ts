/**
 * One signal of one device: its current drift window, the last three that closed, and whether it is in an episode.
 *
 * A window lasts its duration in event time and holds at least minSamples: it closes at whichever comes later. One
 * window proves little, so an episode opens when two of the last three are at the alert level, and ends when fewer
 * are. Where a policy was just pushed, the open window counts as the third, and of fewer windows than two all must be
 * at the alert level: what an operator asks for takes effect at once, without a wait for two more hours.
 *
 *     levels of closed windows   ok  ALERT  ok  ALERT  ALERT  ok     ok
 *     episode                                   open   update update cleared
 */
import { Histogram } from '@skerry/proto/drift/histogram';
import { type Judgement, judge, type Level } from '@skerry/proto/drift/judge';
import { FAULT_SHARE, sensorFault } from '@skerry/proto/drift/sensor';
import type { DriftThresholds } from '@skerry/proto/policy';
import type { skerry } from '@skerry/proto/wire';
import type { DriftRules } from './rules.ts';
import { ShiftWatch } from './shift.ts';

const HISTORY = 3;
const SUSTAIN = 2;
const UPDATE_US = 60_000_000;

/** A window and what was said of it. */
export interface JudgedWindow {
  fromUs: number;
  toUs: number;
  state: ReturnType<Histogram['state']>;
  /** Values that the release's range rejected meanwhile. */
  outside: number;
  judgement: Judgement;
}

/** A change of an episode, with the window that made it. */
export interface EpisodeChange {
  state: 'open' | 'update' | 'cleared';
  episode: string;
  measure: string;
  value: number;
  threshold: number;
  window: JudgedWindow;
}

interface Episode {
  id: string;
  measure: string;
  threshold: number;
  updatedUs: number;
}

export class SignalDrift {
  readonly reference: skerry.v1.ISignalReference;
  readonly name: string;
  readonly isOutput: boolean;
  /** The window being filled. */
  readonly current: Histogram;
  /** Values of the open window that the release's range rejected. */
  outside = 0;
  /** Sequential detection, of outputs. */
  readonly shift: ShiftWatch | undefined;
  /** Event time at which it began; NaN before the first value. */
  fromUs = Number.NaN;
  /** What was last said: of the open window where a policy was just pushed, else of the last closed one. */
  last: JudgedWindow | undefined;
  /** A policy was pushed and the open window had too few samples to be judged by it. */
  awaitsJudgement = false;
  readonly #density: number;
  #closed: JudgedWindow[] = [];
  #episode: Episode | undefined;

  /** `density`: of a channel, how many values it has for each of the fullest one's in healthy operation; else 0. */
  constructor(
    reference: skerry.v1.ISignalReference,
    edges: Float64Array,
    rules: DriftRules,
    density: number,
  ) {
    this.#density = density;
    this.reference = reference;
    this.name = reference.name ?? '';
    this.isOutput = reference.isOutput ?? false;
    this.current = new Histogram(edges);
    this.shift = this.isOutput ? new ShiftWatch(reference, rules) : undefined;
  }

  get level(): Level {
    return this.last?.judgement.level ?? 'learning';
  }

  /** The id of the episode under way. */
  get episode(): string | undefined {
    return this.#episode?.id;
  }

  /** `rows`: values that the device's fullest channel has given in its window. */
  isDue(nowUs: number, rules: DriftRules, rows: number): boolean {
    if (nowUs < this.fromUs + rules.windowMs * 1000) return false;
    // A sensor that gives next to nothing any more is to be heard of, too, and has no samples enough.
    const [n, missing] = [this.current.n, this.missing(rows)];
    return (missing > n ? n + missing : n) + this.outside >= rules.minSamples;
  }

  /** Values that the window lacks: those that were none, and those that should have come beside so many rows. */
  missing(rows: number): number {
    const { n, missing } = this.current;
    return Math.max(missing, Math.round(rows * this.#density) - n);
  }

  /** Whether a judgement was put off for want of samples, and they are there now. */
  isJudgeable(rules: DriftRules): boolean {
    return this.awaitsJudgement && this.current.n >= rules.minSamples;
  }

  /** Event time goes back: the window begins anew with the next value, and an episode is told of at its next chance. */
  startAnew(): void {
    this.fromUs = Number.NaN;
    if (this.#episode) this.#episode.updatedUs = -Infinity;
  }

  /** Closes the window; the next begins at nowUs. `lastUs` is the event time of the last value observed. */
  close(nowUs: number, lastUs: number, rules: DriftRules, rows: number): JudgedWindow {
    // Silence after the last value belongs to no window, so an outage doesn't stretch the one before it.
    const toUs = Math.max(this.fromUs + rules.windowMs * 1000, lastUs + 1);
    const state = { ...this.current.state(), missing: this.missing(rows) };
    const window = this.#judge({ fromUs: this.fromUs, toUs, state, outside: this.outside }, rules);
    this.#closed = [...this.#closed, window].slice(-HISTORY);
    this.last = window;
    this.current.reset();
    this.outside = 0;
    this.fromUs = nowUs;
    this.awaitsJudgement = false;
    return window;
  }

  /**
   * Judges everything again by other rules: the closed windows remembered, and the open one as far as it is filled,
   * which is returned where it has samples enough. Its counts stay.
   */
  rejudge(lastUs: number, rules: DriftRules): JudgedWindow | undefined {
    this.#closed = this.#closed.map((window) => this.#judge(window, rules));
    this.last = this.#closed.at(-1);
    this.awaitsJudgement = this.current.n < rules.minSamples || Number.isNaN(this.fromUs);
    if (this.awaitsJudgement) return undefined;
    this.last = this.judgeOpen(lastUs, rules);
    return this.last;
  }

  /** The open window as it stands. */
  judgeOpen(lastUs: number, rules: DriftRules): JudgedWindow {
    const { fromUs, outside } = this;
    return this.#judge({ fromUs, toUs: lastUs + 1, state: this.current.state(), outside }, rules);
  }

  /** The episode after a window closed. */
  afterClose(newEpisode: () => string): EpisodeChange | undefined {
    return this.#advance(this.#closed, SUSTAIN, newEpisode);
  }

  /** The episode after `rejudge`, which returned `open`. */
  afterRejudge(open: JudgedWindow | undefined, newEpisode: () => string): EpisodeChange | undefined {
    const windows = open ? [...this.#closed, open].slice(-HISTORY) : this.#closed;
    return this.#advance(windows, open ? Math.min(SUSTAIN, windows.length) : SUSTAIN, newEpisode);
  }

  /** Ends the episode, if any, because the release is no longer watched. */
  end(): EpisodeChange | undefined {
    const window = this.last;
    return window && this.#episode ? this.#change('cleared', this.#episode, window) : undefined;
  }

  #judge(window: Omit<JudgedWindow, 'judgement'>, rules: DriftRules): JudgedWindow {
    const thresholds: DriftThresholds = this.isOutput ? rules.output : rules.input;
    const windowHours = (window.toUs - window.fromUs) / 3.6e9;
    const { minSamples, tests } = rules;
    const judgement = judge(this.reference, window.state, thresholds, { minSamples, tests, windowHours });
    const found = this.isOutput
      ? undefined
      : sensorFault(this.reference, { ...window.state, outside: window.outside });
    const samples = window.state.n + window.state.missing + window.outside;
    if (!found || samples < minSamples) return { ...window, judgement };
    // What a broken sensor says isn't drift, however far it is from the reference.
    const { fault: measure, share: value } = found;
    const measures = { ...judgement.measures, [measure]: value };
    const crossed = { measure, value, threshold: FAULT_SHARE };
    return { ...window, judgement: { ...judgement, measures, level: 'alert', crossed } };
  }

  #advance(
    windows: readonly JudgedWindow[],
    needed: number,
    newEpisode: () => string,
  ): EpisodeChange | undefined {
    const latest = windows.at(-1);
    if (!latest) return undefined;
    const alerting = windows.filter(({ judgement }) => judgement.level === 'alert');
    const { crossed } = latest.judgement;
    if (!this.#episode) {
      if (alerting.length < needed) return undefined;
      // Two of three can be reached by a policy while the latest window is below: the last one past it speaks.
      const window = alerting.at(-1)!;
      const { measure, threshold } = window.judgement.crossed!;
      this.#episode = { id: newEpisode(), measure, threshold, updatedUs: window.toUs };
      return this.#change('open', this.#episode, window);
    }
    if (alerting.length < Math.min(SUSTAIN, windows.length))
      return this.#change('cleared', this.#episode, latest);
    if (latest.toUs - this.#episode.updatedUs < UPDATE_US) return undefined;
    this.#episode.updatedUs = latest.toUs;
    if (latest.judgement.level === 'alert' && crossed) {
      this.#episode.measure = crossed.measure;
      this.#episode.threshold = crossed.threshold;
    }
    return this.#change('update', this.#episode, latest);
  }

  #change(state: EpisodeChange['state'], episode: Episode, window: JudgedWindow): EpisodeChange {
    const { id, measure, threshold } = episode;
    if (state === 'cleared') this.#episode = undefined;
    const measures: Partial<Record<string, number>> = window.judgement.measures;
    const value = measures[measure === 'psi' ? 'psiExcess' : measure] ?? Number.NaN;
    return { state, episode: id, measure, value, threshold, window };
  }
}
