/** An agent as the control plane sees one, for tests: what it reports, sends and keeps, and nothing behind it. */
import { toHex, utf8 } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encodeResults, type ResultRow } from '@skerry/proto/results';
import { decode, encode, skerry, v1 } from '@skerry/proto/wire';

/** When tests begin. */
export const START_MS = Date.UTC(2026, 10, 20, 9);

export interface SimPipeline {
  name: string;
  wants: string;
  pinned: boolean;
  release: string;
  releaseDigest: string;
  tryingDigest: string;
  state: skerry.v1.SlotState;
  error: string;
  waitsFor?: string;
  channels?: string[];
  shadow?: skerry.v1.IReportedShadow;
}

/** An agent as the control plane sees one: it reports, sends blocks, keeps what isn't acknowledged, takes desired state. */
export class SimAgent {
  readonly id: string;
  readonly pipeline: SimPipeline;
  labels: Record<string, string>;
  facts: Record<string, string> = { arch: 'x64' };
  epoch: Uint8Array;
  blocks: skerry.v1.IBlock[] = [];
  sketches: skerry.v1.IDriftSketch[] = [];
  samples: skerry.v1.ICapturedWindow[] = [];
  evidence: skerry.v1.IReleaseEvidence[] = [];
  /** What it said of evidence before still stands. */
  evidenceUnsaid = false;
  ledger: skerry.v1.ILedgerReport | undefined;
  desired: skerry.v1.IDesired | undefined;
  instance = '';
  readonly #clock: { nowMs: number };
  readonly #send: (bytes: Uint8Array) => Uint8Array;
  #last = { alert: 0, result: 0 };

  constructor(
    id: string,
    labels: Record<string, string>,
    clock: { nowMs: number },
    send: (bytes: Uint8Array) => Uint8Array,
    pipeline: Partial<SimPipeline>,
  ) {
    this.id = id;
    this.labels = labels;
    this.#clock = clock;
    this.#send = send;
    this.epoch = nodeCrypto.sha256(utf8(`epoch of ${id}`)).slice(0, 16);
    this.pipeline = {
      name: 'p',
      wants: 'press',
      pinned: false,
      release: '',
      releaseDigest: '',
      tryingDigest: '',
      state: skerry.v1.SlotState.SLOT_STATE_UNSPECIFIED,
      error: '',
      ...pipeline,
    };
  }

  /** Puts rows into the outbox as the next result block. */
  produce(rows: readonly ResultRow[], codec: (bytes: Uint8Array) => Partial<skerry.v1.IBlock> = plain): void {
    this.append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, rows.length, encodeResults(rows), codec);
  }

  append(
    lane: 'alert' | 'result',
    kind: skerry.v1.BlockKind,
    count: number,
    bytes: Uint8Array,
    codec: (bytes: Uint8Array) => Partial<skerry.v1.IBlock> = plain,
  ): void {
    const seq = ++this.#last[lane];
    const compressed = codec(bytes);
    this.blocks.push({
      epoch: this.epoch,
      lane: lane === 'alert' ? skerry.v1.Lane.LANE_ALERT : skerry.v1.Lane.LANE_RESULT,
      seq,
      seqLast: seq,
      kind,
      count,
      ...compressed,
      crc32c: crc32c(compressed.columns ?? new Uint8Array()),
    });
  }

  request(): Uint8Array {
    const lane = (number: skerry.v1.Lane, last: number): skerry.v1.ILaneRange => ({
      lane: number,
      firstPending: Number(this.blocks.find((b) => b.lane === number)?.seq ?? 0),
      last,
    });
    return encode(v1.SyncRequest, {
      protocol: 1,
      epoch: this.epoch,
      clock: { boot: 'boot', monoMs: this.#clock.nowMs - START_MS, wallMs: this.#clock.nowMs },
      reported: {
        version: '0.1.0',
        labels: this.labels,
        facts: this.facts,
        pipelines: [this.pipeline],
        evidence: this.evidence,
        evidenceUnsaid: this.evidenceUnsaid,
      },
      blocks: this.blocks,
      sketches: this.sketches,
      samples: this.samples,
      ledgers: this.ledger ? [this.ledger] : [],
      seenInstance: this.instance,
      seenGeneration: this.desired?.generation ?? 0,
      lanes: [
        lane(skerry.v1.Lane.LANE_ALERT, this.#last.alert),
        lane(skerry.v1.Lane.LANE_RESULT, this.#last.result),
      ],
    });
  }

  /** One exchange whose answer arrives. */
  sync(): skerry.v1.SyncResponse {
    const response = this.exchange();
    this.take(response);
    return response;
  }

  /** One exchange whose answer is lost on its way. */
  exchange(): skerry.v1.SyncResponse {
    return decode(v1.SyncResponse, this.#send(this.request()));
  }

  take(response: skerry.v1.SyncResponse): void {
    for (const ack of response.acks)
      if (toHex(ack.epoch ?? new Uint8Array()) === toHex(this.epoch))
        this.blocks = this.blocks.filter(
          (b) => b.lane !== ack.lane || Number(b.seqLast) > Number(ack.cursor ?? 0),
        );
    this.sketches = this.sketches.filter((s) => Number(s.seq) > Number(response.sketchCursor));
    if (response.desired) {
      this.desired = response.desired;
      this.instance = response.instance;
    }
  }

  /** What desired state says the pipeline is to serve. */
  wanted(): string {
    return this.#wish(skerry.v1.Role.ROLE_ACTIVE)?.release ?? '';
  }

  /** What it is to run beside that. */
  wantedShadow(): string {
    return this.#wish(skerry.v1.Role.ROLE_SHADOW)?.release ?? '';
  }

  #wish(role: skerry.v1.Role): skerry.v1.IDesiredPipeline | undefined {
    return this.desired?.pipelines?.find((entry) => entry.role === role);
  }

  /** Runs the shadow that is desired, ends the one that isn't, or gives it up with an error. */
  applyShadow(error?: string): void {
    const entry = this.#wish(skerry.v1.Role.ROLE_SHADOW);
    delete this.pipeline.shadow;
    if (!entry) return;
    const { SLOT_STATE_ACTIVE, SLOT_STATE_FAILED } = skerry.v1.SlotState;
    this.pipeline.shadow = {
      release: entry.release ?? '',
      releaseDigest: entry.releaseDigest ?? '',
      state: error === undefined ? SLOT_STATE_ACTIVE : SLOT_STATE_FAILED,
      error: error ?? '',
    };
  }

  /** Activates what is desired, or gives it up with an error. */
  apply(error?: string): void {
    const entry = this.#wish(skerry.v1.Role.ROLE_ACTIVE);
    const digest = entry?.releaseDigest ?? '';
    if (error !== undefined) {
      Object.assign(this.pipeline, {
        tryingDigest: digest,
        state: skerry.v1.SlotState.SLOT_STATE_FAILED,
        error,
      });
      return;
    }
    Object.assign(this.pipeline, {
      release: entry?.release ?? '',
      releaseDigest: digest,
      tryingDigest: '',
      state: skerry.v1.SlotState.SLOT_STATE_ACTIVE,
      error: '',
    });
  }
}

function plain(bytes: Uint8Array): Partial<skerry.v1.IBlock> {
  return { codec: skerry.v1.Codec.CODEC_NONE, columns: bytes };
}

/** A result row of device `d` in second `second` of the test's day. */
export function testRow(second: number, changes: Partial<ResultRow> = {}): ResultRow {
  const fromUs = START_MS * 1_000 + second * 1_000_000;
  return {
    pipeline: 'p',
    device: 'd',
    release: 'press@1.0.0',
    releaseDigest: `sha256:${'a'.repeat(64)}`,
    variant: 'fp32',
    backend: 'native',
    fromUs,
    toUs: fromUs + 4_000_000,
    decision: 'normal',
    outputs: { score: second / 100 },
    attribution: [],
    quality: { missing: 0, interpolated: 0, late: 0 },
    inputDigest: new Uint8Array(16),
    policy: 0,
    inferUs: 5,
    producedMs: START_MS,
    ...changes,
  };
}
