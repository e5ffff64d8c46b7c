/**
 * Results for a person to carry: what the outbox holds, as a file of signed parts. Each part is a sync request like any
 * other, so the control plane takes it by the same rules; what the file holds stays in the outbox until its
 * acknowledgement comes back, and may go over a network meanwhile.
 *
 * Delivery: at least once into the file, exactly once at the control plane. Numbers that are out may be known to a
 * server from then on, as if they had been sent.
 */
import { BUNDLE_MAGIC, framePart, MAX_PART_BYTES, sealPart } from '@skerry/proto/bundle';
import { sameBytes } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import type { Random } from '../ports.ts';
import type { LaneName, LaneState, OutboxReader } from '../sync/outbox-reader.ts';
import { buildOffer, DEFAULT_LIMITS, type Situation } from '../sync/session.ts';

export interface ExportOptions {
  agentId: string;
  outbox: OutboxReader;
  random: Random;
  /** The device key's signature of a message. */
  sign(message: Uint8Array): Uint8Array;
  /** As for a sync request; `reported` is left out where the agent isn't running and nobody can say. */
  situation(): Omit<Situation, 'reported'> & { reported: skerry.v1.IReported | undefined };
  /** Bytes of a part that are aimed at, by default as many as a sync request has. */
  partBytes?: number;
}

const LANES = { alert: v1.Lane.LANE_ALERT, result: v1.Lane.LANE_RESULT } as const;

/** The bytes of the file, a part at a time. Throws SkerryError conflict where a new epoch begins meanwhile. */
export async function* exportFile(options: ExportOptions): AsyncGenerator<Uint8Array, void> {
  const { outbox, agentId, sign } = options;
  const epoch = outbox.epoch;
  const walk = new Walk(outbox);
  const bundle = options.random.bytes(16);
  yield BUNDLE_MAGIC;
  for (let index = 0; ; index++) {
    const request = await nextRequest(options, walk);
    if (!sameBytes(outbox.epoch, epoch))
      throw new SkerryError('conflict', 'the outbox began a new epoch while it was exported', {
        hint: 'export again',
      });
    const last = await walk.isDone();
    const part = { agent: agentId, bundle, index, last, request: encode(v1.SyncRequest, request) };
    const bytes = sealPart('results', part, sign);
    if (bytes.length > MAX_PART_BYTES)
      throw new SkerryError('too-large', `what part ${index + 1} has to hold is ${bytes.length} bytes long`);
    yield framePart(bytes);
    if (last) return;
  }
}

async function nextRequest(options: ExportOptions, walk: Walk): Promise<skerry.v1.ISyncRequest> {
  const { reported, ...situation } = options.situation();
  const limits = { ...DEFAULT_LIMITS, ...(options.partBytes && { maxRequestBytes: options.partBytes }) };
  const offer = await buildOffer(walk, { ...situation, reported: reported ?? {} }, limits);
  walk.took(offer);
  // Where the outbox itself begins, not where this part does: what lies before is in the parts before, not acknowledged.
  const lanes = options.outbox.lanes().map(({ lane, ...range }) => ({ lane: LANES[lane], ...range }));
  const request: skerry.v1.ISyncRequest = { ...offer.request, lanes };
  if (!reported) delete request.reported;
  return request;
}

/** The outbox as if what previous parts hold had left it. */
class Walk implements OutboxReader {
  readonly #outbox: OutboxReader;
  /** Where the lanes ended when the walk began: what is produced during it waits for the next file. */
  readonly #end: Record<LaneName, number>;
  readonly #at: Record<LaneName, number> = { alert: 0, result: 0 };
  #sketch = 0;
  #sketchesTaken = 0;

  constructor(outbox: OutboxReader) {
    this.#outbox = outbox;
    const last = (lane: LaneName): number => outbox.lanes().find((l) => l.lane === lane)?.last ?? 0;
    this.#end = { alert: last('alert'), result: last('result') };
  }

  get epoch(): Uint8Array {
    return this.#outbox.epoch;
  }

  pending(lane: LaneName, afterSeq: number, maxBytes: number): Promise<skerry.v1.IBlock[]> {
    return this.#outbox.pending(lane, Math.max(afterSeq, this.#at[lane]), maxBytes);
  }

  lanes(): LaneState[] {
    return this.#outbox.lanes().map((state) => ({ ...state, firstPending: this.#firstLeft(state) }));
  }

  ledgers(): skerry.v1.ILedgerReport[] {
    return this.#outbox.ledgers();
  }

  async sketches(maxCount: number): Promise<skerry.v1.IDriftSketch[]> {
    const sketches = await this.#outbox.sketches(maxCount + this.#sketchesTaken);
    return sketches.filter(({ seq }) => (seq ?? 0) > this.#sketch).slice(0, maxCount);
  }

  took(offer: {
    lanes: readonly { lane: LaneName; lastSent: number }[];
    lastSketch: number;
    request: skerry.v1.ISyncRequest;
  }): void {
    for (const { lane, lastSent } of offer.lanes) this.#at[lane] = Math.max(this.#at[lane], lastSent);
    this.#sketch = Math.max(this.#sketch, offer.lastSketch);
    this.#sketchesTaken += offer.request.sketches?.length ?? 0;
  }

  async isDone(): Promise<boolean> {
    return (
      this.lanes().every(({ firstPending }) => firstPending === 0) && (await this.sketches(1)).length === 0
    );
  }

  acknowledge(): Promise<void> {
    return Promise.reject(new SkerryError('unsupported', 'an export acknowledges nothing'));
  }

  newEpoch(): Promise<void> {
    return Promise.reject(new SkerryError('unsupported', 'an export begins no epoch'));
  }

  #firstLeft({ lane, firstPending }: LaneState): number {
    const first = Math.max(firstPending, this.#at[lane] + 1);
    return firstPending === 0 || first > this.#end[lane] ? 0 : first;
  }
}
