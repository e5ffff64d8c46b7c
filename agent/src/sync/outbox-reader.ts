import type { skerry } from '@skerry/proto/wire';

/** The outbox's two lanes; alerts have their own, so that they overtake a backlog of results. */
export type LaneName = 'alert' | 'result';

/** Where a lane stands: `firstPending` is 0 where nothing is pending; `last` is the highest number ever given out. */
export interface LaneState {
  lane: LaneName;
  firstPending: number;
  last: number;
}

/** What sync needs of the outbox. Everything that it reads is already durable, so it may be sent. */
export interface OutboxReader {
  /** 16 bytes, drawn when the outbox database was created; changes only by newEpoch. */
  readonly epoch: Uint8Array;
  /**
   * Blocks after `afterSeq` in order, without holes, as many as fit into `maxBytes` of columns. The first is returned
   * even where it alone is larger, so that a lane never stalls.
   */
  pending(lane: LaneName, afterSeq: number, maxBytes: number): Promise<skerry.v1.IBlock[]>;
  lanes(): LaneState[];
  ledgers(): skerry.v1.ILedgerReport[];
  /** The oldest unacknowledged sketches in order of `seq`, at most `maxCount`. */
  sketches(maxCount: number): Promise<skerry.v1.IDriftSketch[]>;
  /**
   * The server has made durable everything up to each cursor, and every sketch up to `sketchCursor` (0: none). `held`
   * are parts of a summarized or tombstoned range that the server held already: they count as delivered. Cursors
   * behind what is already acknowledged change nothing.
   */
  acknowledge(
    acks: readonly { lane: LaneName; cursor: number }[],
    sketchCursor: number,
    held?: readonly { lane: LaneName; first: number; last: number }[],
  ): Promise<void>;
  /** Begins a new epoch (restored image, cloned disk) and alerts; nothing pending is lost. */
  newEpoch(reason: string): Promise<void>;
}

/** Captured windows that the control plane doesn't hold yet. */
export interface SampleReader {
  /** The oldest that fit into so many bytes. */
  take(maxBytes: number): Promise<skerry.v1.ICapturedWindow[]>;
  /** The control plane holds these, or doesn't want them. */
  release(ids: readonly string[]): Promise<void>;
}
