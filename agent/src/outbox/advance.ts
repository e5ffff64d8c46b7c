/**
 * From a journaled entry to committed progress: feed, windows, infer, conclude, commit, publish, for all pipelines of an
 * agent. Called by one caller, one method at a time; nothing here starts by itself.
 */
import { messageOf } from '@skerry/proto/errors';
import type { skerry } from '@skerry/proto/wire';
import type { EvidenceBook } from '../evidence/book.ts';
import type { ListeningClock } from '../pipeline/listening-clock.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Concluded, Inferred, SampleBatch, SampleCounters, WindowBatch } from '../pipeline/types.ts';
import type { Log } from '../ports.ts';
import type { AgentTime } from '../time/agent-time.ts';
import { withUncertainty } from '../time/uncertainty.ts';
import { closeBelow, type EntryRun, isOver, type JournalLimits, nextRun } from './carry.ts';
import type { LiveEntry } from './journal.ts';
import { openSamples } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import type { Retry } from './retry.ts';
import type { Progress, Recovered } from './types.ts';

/** Entries whose progress may stand uncommitted while they gave no result. */
const MAX_LAG_ENTRIES = 64;
/** How far a journal that grew over its bounds is brought down. */
const SLACK_SHARE = 3 / 4;

export interface AdvanceOptions {
  pipelines: readonly Pipeline[];
  outbox: Outbox;
  recovered: Recovered;
  infer: (pipeline: string, windows: WindowBatch) => Promise<Inferred>;
  /** What drift has to say since the last call, open windows included before a stop; committed with the next progress. */
  takeDrift: (isLast: boolean) => readonly {
    pipeline: string;
    sketches: readonly skerry.v1.IDriftSketch[];
    alerts: readonly skerry.v1.IAlertRecord[];
  }[];
  /** What is known of the releases that serve; written with the progress that it counts. Left out where nobody asks. */
  evidence?: Pick<EvidenceBook, 'isDirty' | 'take'>;
  /** Results, alerts and rules' messages of one pipeline, durable by now. */
  onCommitted: (pipeline: string, concluded: Concluded) => void;
  /** What silence is judged by. */
  listening: ListeningClock;
  time: Pick<AgentTime, 'nowMs' | 'uncertaintyMs' | 'impossibleMs'>;
  log: Log;
  limits: JournalLimits & {
    /** Windows per inference run. */
    maxBatch: number;
  };
}

export class Advance {
  readonly #options: AdvanceOptions;
  readonly #retry: Retry;
  readonly #byName: ReadonlyMap<string, Pipeline>;
  /** What has been concluded since the last commit, by pipeline. */
  #concluded = new Map<string, Concluded>();
  /** Counters of pipelines that agent.yaml no longer has. */
  #orphans: { pipeline: string; counters: SampleCounters }[] = [];
  #fedThrough: number;
  #lagEntries = 0;
  #inferenceErrors = 0;

  constructor(options: AdvanceOptions, retry: Retry) {
    this.#options = options;
    this.#retry = retry;
    this.#byName = new Map(options.pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#fedThrough = options.recovered.fedThrough;
  }

  get fedThrough(): number {
    return this.#fedThrough;
  }

  get inferenceErrors(): number {
    return this.#inferenceErrors;
  }

  /** Whether something was fed or concluded that no commit holds yet. */
  get lags(): boolean {
    const { evidence } = this.#options;
    return (
      this.#lagEntries > 0 ||
      this.#concluded.size > 0 ||
      this.#orphans.length > 0 ||
      (evidence?.isDirty ?? false)
    );
  }

  /** Whether it is time to commit even without a tick. */
  get mustCommit(): boolean {
    return this.#concluded.size > 0 || this.#lagEntries >= MAX_LAG_ENTRIES;
  }

  /** Whether every pipeline has room for more windows. */
  get hasRoom(): boolean {
    return this.#options.pipelines.every((pipeline) => pipeline.ready < this.#options.limits.maxBatch);
  }

  /** Gives the pipelines what was committed. */
  restore(): void {
    const { pipelines, recovered } = this.#options;
    for (const pipeline of pipelines)
      pipeline.restore(
        recovered.deviceStates.get(pipeline.name) ?? [],
        recovered.counters.get(pipeline.name),
      );
    // Samples of a pipeline that agent.yaml no longer has: no window will need them.
    for (const [pipeline, counters] of recovered.counters) {
      const open = openSamples(counters);
      if (!this.#byName.has(pipeline) && open > 0)
        this.#orphans.push({ pipeline, counters: { ...counters, skipped: counters.skipped + open } });
    }
  }

  /** Feeds a journaled entry; 'rebuild' where committed progress includes it already. */
  feed(entry: { seq: number; batches: readonly SampleBatch[] }, mode: 'live' | 'rebuild'): void {
    const nowMs = this.#options.listening.nowMs();
    for (const batch of entry.batches) this.#byName.get(batch.pipeline)?.feed(batch, entry.seq, nowMs, mode);
    if (mode === 'rebuild') return;
    this.#fedThrough = entry.seq;
    this.#lagEntries++;
  }

  /** Closes what silence closes. True where there is more to close once the ready windows are drained. */
  tick(): boolean {
    const nowMs = this.#options.listening.nowMs();
    this.#startAnew();
    let again = false;
    for (const pipeline of this.#options.pipelines) {
      const nextMs = pipeline.tick(nowMs);
      if (pipeline.ready > 0 && nextMs !== undefined && nextMs <= nowMs) again = true;
    }
    return again;
  }

  // Devices that ran ahead while nobody knew the time: now that it is known, they go on with the right one.
  #startAnew(): void {
    const { pipelines, time, log } = this.#options;
    const impossibleMs = time.impossibleMs();
    if (impossibleMs === undefined) return;
    for (const pipeline of pipelines)
      for (const device of pipeline.startAnew(impossibleMs * 1000))
        log('warn', 'processor', `${device} gave times that are still to come; it starts anew`, {
          pipeline: pipeline.name,
        });
  }

  /** Infers and concludes all ready windows. */
  async drain(): Promise<void> {
    const { pipelines, limits, time } = this.#options;
    for (const pipeline of pipelines)
      while (pipeline.ready > 0) {
        const windows = pipeline.takeReady(limits.maxBatch);
        if (!windows) break;
        const inferred = await this.#infer(pipeline.name, windows);
        const concluded = pipeline.conclude(windows, inferred, { producedMs: Math.round(time.nowMs()) });
        this.#gather(pipeline.name, concluded);
      }
  }

  /** Commits everything since the last commit, then hands it on. Nothing to commit: nothing is written. */
  async commit(isLast = false): Promise<void> {
    const drift = this.#options.takeDrift(isLast);
    for (const { pipeline, alerts } of drift)
      if (alerts.length > 0) this.#gather(pipeline, { rows: [], alerts, actions: [] });
    const concluded = [...this.#concluded];
    const progress = this.#progress({
      rows: concluded.flatMap(([, what]) => what.rows),
      alerts: concluded.flatMap(([, what]) => what.alerts),
      sketches: drift.flatMap(({ sketches }) => sketches),
    });
    if (!this.lags && progress.sketches.length === 0 && progress.deviceStates.length === 0) return;
    await this.#put(progress);
    this.#concluded = new Map();
    this.#orphans = [];
    this.#lagEntries = 0;
    for (const [pipeline, what] of concluded) this.#options.onCommitted(pipeline, what);
    await this.#boundJournal();
  }

  /** What the pipelines have come to, with what is named. */
  #progress(what: Partial<Progress>): Progress {
    const { pipelines } = this.#options;
    return {
      rows: [],
      alerts: [],
      sketches: [],
      deviceStates: pipelines
        .map((pipeline) => ({ pipeline: pipeline.name, states: pipeline.dirtyStates() }))
        .filter(({ states }) => states.length > 0),
      counters: [
        ...pipelines.map((pipeline) => ({ pipeline: pipeline.name, counters: pipeline.counters() })),
        ...this.#orphans,
      ],
      fedThrough: this.#fedThrough,
      trimBelow: this.#oldestOpen(),
      ...what,
    };
  }

  #put(what: Progress): Promise<void> {
    const { outbox, evidence } = this.#options;
    const progress = { ...what, evidence: evidence?.take() };
    return this.#retry.until('progress', () => outbox.commitProgress(progress));
  }

  #gather(pipeline: string, what: { [K in keyof Concluded]: Readonly<Concluded[K]> }): void {
    const sum = this.#concluded.get(pipeline) ?? { rows: [], alerts: [], actions: [] };
    const uncertaintyMs = this.#options.time.uncertaintyMs();
    for (const row of what.rows) sum.rows.push(withUncertainty(row, uncertaintyMs));
    for (const alert of what.alerts) sum.alerts.push(withUncertainty(alert, uncertaintyMs));
    sum.actions.push(...what.actions);
    this.#concluded.set(pipeline, sum);
  }

  // A batch that the model fails on is not lost: every row of it becomes an error result.
  async #infer(pipeline: string, windows: WindowBatch): Promise<Inferred> {
    try {
      return await this.#options.infer(pipeline, windows);
    } catch (error) {
      this.#inferenceErrors++;
      this.#options.log('error', 'processor', `inference failed: ${messageOf(error)}`, {
        pipeline,
        windows: windows.count,
      });
      return {
        outputs: {},
        inputDigests: new Uint8Array(16 * windows.count),
        variant: '',
        backend: '',
        inferUs: 0,
        error: messageOf(error),
      };
    }
  }

  #oldestOpen(): number {
    const open = this.#options.pipelines.map(
      (pipeline) => pipeline.oldestOpenJournal() ?? Number.POSITIVE_INFINITY,
    );
    return Math.min(this.#fedThrough + 1, ...open);
  }

  /**
   * Frees the entries that a few open samples hold; where the open samples alone are too many, the oldest are closed.
   * Once over a bound it makes room for a while, so that not every commit has to.
   */
  async #boundJournal(): Promise<void> {
    const { outbox, limits, pipelines, log } = this.#options;
    const fed = (): readonly LiveEntry[] => outbox.journalThrough(this.#fedThrough);
    const open = (name: string, seq: number): number => this.#byName.get(name)?.openIn(seq) ?? 0;
    const { entries: count, sizeBytes } = outbox.journal;
    if (count <= limits.maxJournalEntries && sizeBytes <= limits.maxJournalBytes) return;
    if (!isOver(fed(), limits, 1)) return;
    for (let entries = fed(); isOver(entries, limits, SLACK_SHARE); entries = fed()) {
      const run = nextRun(entries, open, limits);
      if (run) await this.#carry(run);
      else if (isOver(entries, limits, 1)) {
        const below = closeBelow(entries, limits);
        for (const pipeline of pipelines) pipeline.closeBelow(below);
        log(
          'warn',
          'processor',
          `open samples fill the journal: those below entry ${below} are closed as they stand`,
        );
        await this.#put(this.#progress({}));
      } else return;
    }
  }

  async #carry(run: EntryRun): Promise<void> {
    const batches = this.#options.pipelines.flatMap((pipeline) => pipeline.carry(run.first, run.last) ?? []);
    await this.#put(this.#progress({ carried: { ...run, batches } }));
    this.#options.log(
      'debug',
      'processor',
      `journal entries ${run.first}–${run.last} were written anew as one`,
      {
        samples: batches.reduce((sum, batch) => sum + batch.count, 0),
      },
    );
  }
}
