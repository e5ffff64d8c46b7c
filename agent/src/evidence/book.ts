/**
 * The agent's evidence: what every release that serves or shadows has done since it was activated in that role.
 *
 * 1. Counts are written in the batch of the progress that they count, so a crash and a replay count no window twice.
 * 2. What is told is what is durable: no later start can know less than was said.
 * 3. A release that takes up a role counts from 0; one that had it when the process ended goes on.
 * 4. A pipeline keeps at most eight records: one a role, and the last six releases that it gave back by itself.
 */
import { messageOf } from '@skerry/proto/errors';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import { seal, sealJson } from '../outbox/sealed.ts';
import type { Decided } from '../pipeline/decide.ts';
import type { Inferred } from '../pipeline/types.ts';
import type { Clock, Log, Store, StoreOp } from '../ports.ts';
import type { Conduct } from './limits.ts';
import {
  countsKey,
  countsKeys,
  type GivenBack,
  MAX_GIVEN_BACK,
  type Page,
  pageKey,
  RUNNING_KEY,
  readEvidence,
  type StoredEvidence,
  type Tenure,
} from './pages.ts';
import { Recent, type RecentSettings } from './recent.ts';
import { evidenceRecords, termOf } from './records.ts';
import { Tally } from './tally.ts';
import type { Activation, EvidenceChange, EvidenceNotes, EvidenceRole, ShadowWindows } from './types.ts';

export interface EvidenceOptions {
  agentId: string;
  store: Store;
  log: Log;
  clock: Clock;
  machineBoot?: string | undefined;
  /** How long the agent has been powered on in all, over restarts. */
  poweredMs: () => number;
  /** Pipelines of agent.yaml; what is held of others goes. */
  pipelines: readonly string[];
  recent: RecentSettings;
  /** Signs with the device key; undefined while there is none. */
  sign: (message: Uint8Array) => Uint8Array | undefined;
}

/** A release while it has a role. */
interface Live {
  activation: Activation;
  tally: Tally;
  recent: Recent;
  /** When memory is looked at next. */
  memoryDueMs: number;
}

const ROLES = ['active', 'shadow'] as const;
const MEMORY_EVERY_MS = 60_000;
/** Characters of a reason that are kept. */
const MAX_REASON = 512;
/** Crashes that are remembered where the release's crashLoop asks for no more. */
const CRASHES_KEPT = 16;

export class EvidenceBook implements EvidenceNotes {
  readonly #options: EvidenceOptions;
  readonly #pages = new Map<string, Page>();
  readonly #live = new Map<string, Partial<Record<EvidenceRole, Live>>>();
  /** Durable counts by key. */
  readonly #counts: Map<string, skerry.v1.IReleaseEvidence>;
  /** What is still to be written, beside the tallies: pages, and keys that go. */
  #changed = new Set<string>();
  #gone: Set<string>;
  /** Pipelines whose serving release hasn't been told since the last process crashed. */
  readonly #unblamed: Set<string>;
  #news = 0;

  private constructor(options: EvidenceOptions, stored: StoredEvidence) {
    this.#options = options;
    this.#counts = stored.counts;
    this.#gone = new Set(stored.gone);
    this.#unblamed = new Set(stored.crashed ? options.pipelines : []);
    const nowMs = options.poweredMs();
    for (const pipeline of options.pipelines) {
      const page = stored.pages.get(pipeline) ?? { v: 1, reverted: [] };
      // Where the outbox began anew, powered-on time did, too.
      for (const role of ROLES) if (page[role]) page[role].sinceMs = Math.min(page[role].sinceMs, nowMs);
      this.#pages.set(pipeline, page);
      this.#live.set(pipeline, {});
    }
  }

  /** Reads what is stored. Damaged records are logged and begin anew; rejects only where the store itself fails. */
  static async open(options: EvidenceOptions): Promise<EvidenceBook> {
    const { store, log, pipelines, machineBoot } = options;
    return new EvidenceBook(options, await readEvidence(store, log, pipelines, machineBoot));
  }

  /** Counts up with every change that is worth telling at once: a role taken up or left, a release given back. */
  get news(): number {
    return this.#news;
  }

  /** A page is to be written although no window may come that takes it along. */
  get isDirty(): boolean {
    return this.#changed.size > 0 || this.#gone.size > 0;
  }

  /**
   * Writes who serves, and that the process runs: before anything is processed that it may die of. A disk that refuses
   * holds up nothing: one crash is missed at worst.
   */
  async started(): Promise<void> {
    const change = this.take();
    const mark: StoreOp = {
      type: 'put',
      key: RUNNING_KEY,
      value: sealJson({ boot: this.#options.machineBoot }),
    };
    if (await this.#write([...change.ops, mark])) change.committed();
    else for (const pipeline of this.#pages.keys()) this.#changed.add(pipeline);
  }

  /** The process ends because it was asked to: the next start follows no crash. */
  async stopped(): Promise<void> {
    await this.#write([{ type: 'del', key: RUNNING_KEY }]);
  }

  async #write(ops: readonly StoreOp[]): Promise<boolean> {
    const { store, log } = this.#options;
    try {
      await store.batch(ops, { sync: true });
      return true;
    } catch (error) {
      log('warn', 'evidence', `whether the process runs can not be noted: ${messageOf(error)}`);
      return false;
    }
  }

  begin(pipeline: string, role: EvidenceRole, activation: Activation): void {
    const page = this.#page(pipeline);
    const roles = this.#live.get(pipeline)!;
    const { digest, champion } = activation;
    const [before, key] = [page[role], countsKey(pipeline, role, digest)];
    const resumes = !roles[role] && before?.digest === digest && before.champion === champion;
    if (!resumes) this.end(pipeline, role);
    const tenure: Tenure = resumes
      ? { ...before, restarts: before.restarts + 1 }
      : {
          digest,
          sinceMs: Math.round(this.#options.poweredMs()),
          restarts: 0,
          crashesMs: [],
          ...(champion !== undefined && { champion }),
        };
    page[role] = role === 'active' ? this.#blame(pipeline, tenure, activation) : tenure;
    if (role === 'active' && !resumes)
      page.reverted = page.reverted.filter((release) => release.digest !== digest);
    const nowMs = this.#options.clock.monoMs();
    const tally = new Tally(activation, resumes ? this.#counts.get(key) : {});
    roles[role] = {
      activation,
      tally,
      recent: new Recent(this.#options.recent, nowMs),
      memoryDueMs: nowMs,
    };
    this.#counts.set(key, tally.message());
    tally.isDirty = true; // its zeros take the place of what lay there
    this.#gone.delete(key);
    this.#touch(pipeline);
  }

  // A crash is told of the release that serves next, since that is the one that served.
  #blame(pipeline: string, tenure: Tenure, { manifest }: Activation): Tenure {
    if (!this.#unblamed.delete(pipeline)) return tenure;
    const kept = Math.max(CRASHES_KEPT, manifest.limits.crashLoop?.count ?? 0);
    const crashesMs = [...tenure.crashesMs, Math.round(this.#options.poweredMs())].slice(-kept);
    return { ...tenure, crashesMs };
  }

  end(pipeline: string, role: EvidenceRole): void {
    const page = this.#page(pipeline);
    const tenure = page[role];
    if (!tenure) return;
    const back = role === 'active' && page.reverted.find(({ digest }) => digest === tenure.digest);
    if (back) Object.assign(back, termOf(tenure, this.#options.poweredMs()));
    else this.#drop(countsKey(pipeline, role, tenure.digest));
    delete page[role];
    delete this.#live.get(pipeline)![role];
    this.#touch(pipeline);
  }

  /**
   * What to write, in one batch with the slots, where the agent gives back the release that serves: the next release to
   * begin takes its place, and its record stays.
   */
  reversion(pipeline: string, digest: string, reason: string, wallMs: number): EvidenceChange {
    const page = this.#page(pipeline);
    const tenure = page.active?.digest === digest ? page.active : undefined;
    const back: GivenBack = {
      digest,
      reason: reason.slice(0, MAX_REASON),
      wallMs: Math.round(wallMs),
      ...(tenure ? termOf(tenure, this.#options.poweredMs()) : { activeMs: 0, restarts: 0 }),
    };
    const isOther = (release: GivenBack): boolean => release.digest !== digest;
    const reverted = [...page.reverted.filter(isOther), back].slice(-MAX_GIVEN_BACK);
    return {
      ops: [{ type: 'put', key: pageKey(pipeline), value: sealJson({ ...page, reverted }) }],
      committed: () => {
        const before = countsKeys(pipeline, page);
        page.reverted = reverted;
        const kept = new Set(countsKeys(pipeline, page));
        for (const key of before) if (!kept.has(key)) this.#drop(key);
        this.#unblamed.delete(pipeline);
        // Once more with the next progress: one that is on its way to the disk may hold the page as it was.
        this.#touch(pipeline);
      },
    };
  }

  noteRun(
    pipeline: string,
    role: EvidenceRole,
    { inferUs, error }: Pick<Inferred, 'inferUs' | 'error'>,
    count: number,
  ): void {
    const live = this.#live.get(pipeline)?.[role];
    if (!live) return;
    const nowMs = this.#options.clock.monoMs();
    const { latencyP95 } = live.activation.manifest.limits;
    const isSlow = error === undefined && latencyP95 !== undefined && inferUs > latencyP95 * 1_000;
    live.recent.addRun(count, isSlow ? count : 0, nowMs);
    if (error === undefined) live.tally.noteLatency(inferUs, count);
    if (nowMs < live.memoryDueMs) return;
    live.memoryDueMs = nowMs + MEMORY_EVERY_MS;
    live.tally.noteMemory();
  }

  noteRow(
    pipeline: string,
    role: EvidenceRole,
    decided: Pick<Decided, 'row' | 'alert'>,
    inferred: Inferred,
    index: number,
  ): void {
    const live = this.#live.get(pipeline)?.[role];
    if (!live) return;
    live.tally.noteRow(decided, inferred, index);
    if (decided.row.decision === 'error') live.recent.addError();
  }

  noteShadow(pipeline: string, windows: ShadowWindows): void {
    this.#live.get(pipeline)?.shadow?.tally.noteShadow(windows);
  }

  /** The release that serves and how it does; undefined of none. */
  conduct(pipeline: string): (Conduct & Pick<Activation, 'manifest' | 'digest'>) | undefined {
    const live = this.#live.get(pipeline)?.active;
    const tenure = this.#pages.get(pipeline)?.active;
    if (!live || !tenure) return undefined;
    const { activation, recent, tally } = live;
    const poweredMs = this.#options.poweredMs();
    return {
      manifest: activation.manifest,
      digest: activation.digest,
      isJudgeable: recent.isJudgeable(this.#options.clock.monoMs()),
      windows: recent.windows,
      errors: recent.errors,
      slow: recent.slow,
      memoryBytes: tally.memoryBytes,
      crashAgesMs: tenure.crashesMs.map((atMs) => poweredMs - atMs),
    };
  }

  /** What changed since the last call, for the batch of the progress that it counts. */
  take(): EvidenceChange {
    const ops: StoreOp[] = [...this.#gone].map((key) => ({ type: 'del', key }));
    for (const pipeline of this.#changed)
      ops.push({ type: 'put', key: pageKey(pipeline), value: sealJson(this.#page(pipeline)) });
    this.#gone = new Set();
    this.#changed = new Set();
    const counted: [key: string, counts: skerry.v1.IReleaseEvidence][] = [];
    for (const [pipeline, roles] of this.#live)
      for (const role of ROLES) {
        const live = roles[role];
        if (!live?.tally.isDirty) continue;
        const key = countsKey(pipeline, role, live.activation.digest);
        const counts = live.tally.message();
        counted.push([key, counts]);
        ops.push({ type: 'put', key, value: seal(encode(v1.ReleaseEvidence, counts)) });
      }
    return {
      ops,
      committed: () => {
        for (const [key, counts] of counted) if (this.#counts.has(key)) this.#counts.set(key, counts);
      },
    };
  }

  /** What is durable of every release that serves, shadows or was given back. */
  records(): skerry.v1.IReleaseEvidence[] {
    return evidenceRecords({ ...this.#options, pages: this.#pages, counts: this.#counts });
  }

  #drop(key: string): void {
    this.#counts.delete(key);
    this.#gone.add(key);
  }

  #touch(pipeline: string): void {
    this.#changed.add(pipeline);
    this.#news++;
  }

  #page(pipeline: string): Page {
    return this.#pages.get(pipeline)!;
  }
}
