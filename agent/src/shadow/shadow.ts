/**
 * A release that runs beside the one that serves, on copies of the same windows, and is compared with it. It decides with
 * its own threshold and sustain and remembers its own state of every device; nothing of it is published or stored but
 * counts (evidence). What a device missed in between, or before it began, may matter to its decision as long as `sustain`
 * reaches: such windows are counted, and not compared.
 */
import type { Crypto } from '@skerry/proto/crypto';
import type { EffectivePolicy } from '@skerry/proto/policy';
import { cutAlike, type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import type { EvidenceNotes, ShadowWindows } from '../evidence/types.ts';
import type { Candidate } from '../inference/engine.ts';
import { isGone } from '../inference/failure.ts';
import { failedRun } from '../inference/model.ts';
import { createJudge, decide, type Judge } from '../pipeline/decide.ts';
import type { Decisions } from '../pipeline/device.ts';
import type { Inferred, WindowBatch } from '../pipeline/types.ts';
import type { Clock } from '../ports.ts';
import { answerOf, compare } from './comparison.ts';
import { type Taken, WindowQueue } from './window-queue.ts';

/** One run of it takes about so long, unless a single window takes longer: then what serves is looked after again. */
const RUN_US = 5_000;
const MAX_BATCH = 512;

export interface ShadowOptions {
  agent: string;
  pipeline: string;
  crypto: Crypto;
  clock: Clock;
  evidence: EvidenceNotes;
  /** The release's drift reference, whose edges its outputs are counted over. */
  reference: skerry.v1.IDriftReference | undefined;
  /** Devices that it remembers. */
  maxDevices: number;
  maxWaitingBytes: number;
  /** A window waits for it. */
  onWaiting: () => void;
  /** It decides otherwise of window `i` than the release that serves, whose row this is. */
  onFlip: (serving: ReleaseManifest, windows: WindowBatch, i: number, row: ResultRow) => void;
  /** Its backend is gone. */
  onGone: (error: unknown) => void;
}

/** What it knows of a device. */
interface Followed {
  decisions: Decisions;
  memory: Uint8Array | undefined;
  /** Windows decided in a row. */
  seen: number;
}

export class Shadow {
  readonly candidate: Candidate;
  readonly #o: ShadowOptions;
  readonly #judge: Judge;
  readonly #queue: WindowQueue;
  readonly #devices = new Map<string, Followed>();
  readonly #remembers: boolean;
  #champion = '';
  #serving: ReleaseManifest | undefined;
  #mismatch: string | undefined;
  #windowUs: number;
  #compared = nothing();
  #windows = 0;
  #errors = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(candidate: Candidate, options: ShadowOptions) {
    const { manifest, digest: releaseDigest } = candidate.release;
    const { agent, pipeline, crypto } = options;
    const ref = releaseRef(manifest);
    this.#o = options;
    this.candidate = candidate;
    this.#judge = createJudge({ agent, pipeline, crypto, manifest, releaseDigest, ref, rules: [] });
    this.#queue = new WindowQueue(options.maxWaitingBytes);
    this.#remembers = manifest.output.some(({ kind }) => kind === 'state');
    this.#windowUs = measuredUs(candidate);
  }

  /** Why it can't be compared with what serves; undefined where it can. */
  get mismatch(): string | undefined {
    return this.#mismatch;
  }

  get waiting(): number {
    return this.#queue.count;
  }

  /** Since this process began the comparison. */
  counts(): ShadowWindows & { windows: number; errors: number } {
    return { ...this.#compared, windows: this.#windows, errors: this.#errors };
  }

  usePolicy(policy: EffectivePolicy | undefined, generation: number): void {
    [this.#judge.policy, this.#judge.policyGeneration] = [policy, generation];
  }

  /** Is compared with this release from now on; the comparison begins anew. */
  follow(manifest: ReleaseManifest, digest: string): void {
    [this.#champion, this.#serving] = [digest, manifest];
    this.#mismatch = mismatchOf(manifest, this.#judge.manifest);
    this.#queue.clear();
    this.#devices.clear();
    [this.#compared, this.#windows, this.#errors] = [nothing(), 0, 0];
    if (this.#mismatch === undefined) this.#beginEvidence();
    else this.#o.evidence.end(this.#o.pipeline, 'shadow');
  }

  /** A window with what came of it; the arrays are the pipeline's and used again. */
  onWindow(manifest: ReleaseManifest, windows: WindowBatch, i: number, row: ResultRow): void {
    if (row.releaseDigest !== this.#champion) this.follow(manifest, row.releaseDigest);
    if (this.#mismatch !== undefined || this.#closed) return;
    if (this.#queue.offer(windows, i, row)) this.#o.onWaiting();
    else this.#note({ ...nothing(), shed: 1 });
  }

  /** Works off some of what waits. Never rejects, and never beside itself. */
  run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Frees the model, once it is not running. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    this.#queue.clear();
    await this.candidate.model.release();
  }

  async #work(): Promise<void> {
    const max = Math.min(MAX_BATCH, Math.floor(RUN_US / Math.max(1, this.#windowUs)));
    const taken = this.#queue.take(max);
    if (!taken || this.#closed) return;
    const champion = this.#champion;
    const inferred = await this.#infer(taken);
    // Another release serves meanwhile: what was compared with the one before is of no use.
    if (champion === this.#champion && !this.#closed) this.#judgeAll(taken, inferred);
  }

  #beginEvidence(): void {
    const { evidence, pipeline, reference } = this.#o;
    const { release, outcomes } = this.candidate;
    const { manifest, digest } = release;
    const memoryBytes = (): number => this.#memoryBytes();
    const activation = { manifest, digest, reference, outcomes, memoryBytes, champion: this.#champion };
    evidence.begin(pipeline, 'shadow', activation);
  }

  /** Its file, and what it remembers of devices. */
  #memoryBytes(): number {
    let bytes = this.candidate.model.fileBytes;
    for (const { memory } of this.#devices.values()) bytes += memory?.length ?? 0;
    return bytes;
  }

  async #infer({ windows, isAfterGap }: Taken): Promise<Inferred> {
    const { crypto, clock } = this.#o;
    const { model } = this.candidate;
    for (const [i, device] of windows.devices.entries()) if (isAfterGap[i]) this.#devices.delete(device);
    if (this.#remembers) windows.states = windows.devices.map((device) => this.#devices.get(device)?.memory);
    const startMs = clock.monoMs();
    try {
      const inferred = await model.run(windows);
      const tookUs = (1_000 * (clock.monoMs() - startMs)) / windows.count;
      this.#windowUs = 0.8 * this.#windowUs + 0.2 * tookUs;
      return inferred;
    } catch (error) {
      if (isGone(error)) this.#o.onGone(error);
      return failedRun(crypto, this.#judge.manifest, windows, model, error);
    }
  }

  #judgeAll({ windows, served }: Taken, inferred: Inferred): void {
    const { evidence, pipeline, clock } = this.#o;
    const runIn = longestSustain(this.#judge);
    const sum = nothing();
    evidence.noteRun(pipeline, 'shadow', inferred, windows.count);
    for (const [device, bytes] of inferred.states ?? []) this.#followed(device).memory = bytes;
    for (let i = 0; i < windows.count; i++) {
      const device = this.#followed(windows.devices[i]!);
      const decided = decide(this.#judge, device.decisions, windows, i, inferred, clock.wallMs());
      evidence.noteRow(pipeline, 'shadow', decided, inferred, i);
      this.#windows++;
      const mine = answerOf(this.#judge.manifest, decided.row);
      if (!mine) {
        this.#errors++;
        continue;
      }
      device.seen++;
      const theirs = answerOf(this.#serving!, served[i]!);
      if (!theirs || device.seen < runIn) continue;
      const { isFlip, distance } = compare(theirs, mine);
      if (isFlip) this.#o.onFlip(this.#serving!, windows, i, served[i]!);
      sum.matched++;
      sum.flips += Number(isFlip);
      sum.distance += distance;
      sum.squaredDistance += distance * distance;
    }
    this.#note(sum);
  }

  #note(more: ShadowWindows): void {
    for (const key of Object.keys(more) as (keyof ShadowWindows)[]) this.#compared[key] += more[key];
    this.#o.evidence.noteShadow(this.#o.pipeline, more);
  }

  // Past the bound the device heard of longest ago is forgotten, and begins anew.
  #followed(id: string): Followed {
    const known = this.#devices.get(id) ?? {
      decisions: { tag: 0, past: [], held: [], episode: undefined },
      memory: undefined,
      seen: 0,
    };
    this.#devices.delete(id);
    this.#devices.set(id, known);
    if (this.#devices.size > this.#o.maxDevices) this.#devices.delete(this.#devices.keys().next().value!);
    return known;
  }
}

function nothing(): ShadowWindows {
  return { matched: 0, flips: 0, distance: 0, squaredDistance: 0, shed: 0 };
}

/** Microseconds per window, as the variant that was taken was measured. */
export function measuredUs({ model, outcomes }: Candidate): number {
  return outcomes.find((o) => o.passed && o.variant === model.variant)?.inferUs ?? 0;
}

function longestSustain({ judged, policy }: Judge): number {
  const sustains = judged.map(({ kind, sustain }) =>
    kind === 'anomaly-score' ? (policy?.thresholds?.sustain ?? sustain) : sustain,
  );
  return Math.max(1, ...sustains);
}

// Units and ranges may differ: the shadow sees what the release that serves lets in.
function mismatchOf(serving: ReleaseManifest, shadow: ReleaseManifest): string | undefined {
  if (cutAlike(serving.window, shadow.window)) return undefined;
  return `its windows are not those of ${releaseRef(serving)}, which serves: it can't be compared window by window`;
}
