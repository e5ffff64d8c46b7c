/** A pipeline's slots in the store, and with them the evidence of a release that the agent gave back. */
import type { StoreOp } from '../ports.ts';
import type { ReleasesOptions } from './releases.ts';
import { decodeRecord, EMPTY_RECORD, encodeRecord, givenBack, type SlotRecord } from './slots.ts';

type Options = Pick<ReleasesOptions, 'store' | 'log' | 'reversion'>;

/** What is stored of a pipeline; damaged, it is logged and begins anew. */
export async function readSlots({ store, log }: Options, pipeline: string): Promise<SlotRecord> {
  const bytes = await store.get(keyOf(pipeline));
  if (!bytes) return EMPTY_RECORD;
  try {
    return decodeRecord(pipeline, bytes);
  } catch (error) {
    log('error', 'release', 'the stored slots are damaged, beginning anew', { pipeline, error });
    return EMPTY_RECORD;
  }
}

/** Stores what follows on `before`, durably, and why, where the agent gave a release back by it. */
export async function writeSlots(
  { store, reversion }: Options,
  pipeline: string,
  before: SlotRecord,
  after: SlotRecord,
): Promise<void> {
  const left = givenBack(before, after);
  const evidence = left && reversion?.(pipeline, left.digest, left.reason);
  const slots: StoreOp = { type: 'put', key: keyOf(pipeline), value: encodeRecord(after) };
  await store.batch([slots, ...(evidence?.ops ?? [])], { sync: true });
  evidence?.committed();
}

function keyOf(pipeline: string): string {
  return `r/${pipeline}`;
}
