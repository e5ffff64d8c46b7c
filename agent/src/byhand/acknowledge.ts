/**
 * The acknowledgement of carried results, on its way back: what the control plane made durable leaves the outbox, as
 * after a sync. Everything in the file is checked before anything of it is done:
 *
 * 1. It is for this agent and for the outbox's present epoch, and signed by the control plane that this agent trusts.
 * 2. It names only numbers that this outbox has given out.
 *
 * Taking it twice, or after a sync that said the same, changes nothing.
 */
import { isSigned, type ReadPart, readParts } from '@skerry/proto/bundle';
import { sameBytes, toHex } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { LaneName, OutboxReader } from '../sync/outbox-reader.ts';

export interface AcknowledgeOptions {
  agentId: string;
  outbox: OutboxReader;
  /** Whether the control plane signed it; undefined where this agent doesn't know its key yet. */
  verify: ((message: Uint8Array, signature: Uint8Array) => boolean) | undefined;
  /** The desired state that the agent holds. */
  seen(): { instance: string; generation: number };
  applyDesired(desired: skerry.v1.IDesired, instance: string): Promise<void>;
}

export interface AcknowledgeOutcome {
  /** How far each lane is acknowledged by this file. */
  cursors: Partial<Record<LaneName, number>>;
  /** Why a new epoch began, where the control plane holds other blocks under the present one. */
  newEpoch?: string;
  /** Generation of the desired state that came along, where it was newer. */
  desiredGeneration?: number;
}

/** The largest acknowledgement: one of a full buffer has a few hundred parts of some hundred bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const NAMES = { [v1.Lane.LANE_ALERT]: 'alert', [v1.Lane.LANE_RESULT]: 'result' } as Record<
  number,
  LaneName | undefined
>;

/** What a part says, with names instead of numbers. */
interface Step {
  acks: { lane: LaneName; cursor: number }[];
  held: { lane: LaneName; first: number; last: number }[];
  sketchCursor: number;
  conflict: LaneName | undefined;
}

/**
 * Takes an acknowledgement file; `what` names it in errors. Throws SkerryError corrupt (cut off, damaged), conflict
 * (another agent's, or an epoch that has ended), untrusted (not signed by the control plane), invalid (numbers that were
 * never given out); nothing is changed then.
 */
export async function acknowledgeFile(
  options: AcknowledgeOptions,
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): Promise<AcknowledgeOutcome> {
  const steps: Step[] = [];
  let newest: skerry.v1.IAcknowledgement | undefined;
  for await (const read of readParts(chunks, what)) {
    if (read.endBytes > MAX_FILE_BYTES)
      throw new SkerryError('too-large', `${what} is longer than ${MAX_FILE_BYTES} bytes`);
    newest = checked(options, read, what);
    steps.push(stepOf(options, newest, what));
  }
  const outcome: AcknowledgeOutcome = { cursors: {} };
  for (const { acks, held, sketchCursor, conflict } of steps) {
    if (conflict) {
      outcome.newEpoch = `the control plane holds other ${conflict} blocks under this epoch`;
      await options.outbox.newEpoch(outcome.newEpoch);
      break;
    }
    await options.outbox.acknowledge(acks, sketchCursor, held);
    for (const { lane, cursor } of acks) outcome.cursors[lane] = cursor;
  }
  const generation = newest && (await applyNewer(options, newest));
  return generation === undefined ? outcome : { ...outcome, desiredGeneration: generation };
}

function checked(
  { agentId, verify }: AcknowledgeOptions,
  { part, bytes }: ReadPart,
  what: string,
): skerry.v1.IAcknowledgement {
  if (part.agent !== agentId)
    throw new SkerryError('conflict', `${what} is for agent ${part.agent}, and this is ${agentId}`);
  if (!part.acknowledgement)
    throw new SkerryError('invalid', `${what} holds exported results, and no acknowledgement`, {
      hint: 'take the file that skerry result import wrote',
    });
  if (verify && !isSigned('acknowledgement', bytes, verify))
    throw new SkerryError('untrusted', `${what} is not signed by the control plane that this agent trusts`);
  return part.acknowledgement;
}

function stepOf(
  { outbox }: AcknowledgeOptions,
  { acks, held, sketchCursor }: skerry.v1.IAcknowledgement,
  what: string,
): Step {
  const lastOf = (lane: LaneName): number => outbox.lanes().find((l) => l.lane === lane)?.last ?? 0;
  const step: Step = { acks: [], held: [], sketchCursor: sketchCursor ?? 0, conflict: undefined };
  for (const ack of acks ?? []) {
    const lane = NAMES[ack.lane ?? 0];
    if (!lane) continue;
    checkEpoch(outbox.epoch, ack.epoch ?? new Uint8Array(), what);
    if (ack.epochConflict) step.conflict ??= lane;
    else step.acks.push({ lane, cursor: checkGivenOut(lane, ack.cursor ?? 0, lastOf(lane), what) });
  }
  for (const { lane: number, firstPending, last } of held ?? []) {
    const lane = NAMES[number ?? 0];
    if (lane)
      step.held.push({
        lane,
        first: firstPending ?? 0,
        last: checkGivenOut(lane, last ?? 0, lastOf(lane), what),
      });
  }
  return step;
}

function checkEpoch(present: Uint8Array, named: Uint8Array, what: string): void {
  if (sameBytes(present, named)) return;
  throw new SkerryError(
    'conflict',
    `${what} is for epoch ${toHex(named).slice(0, 8)}, and the outbox is in epoch ${toHex(present).slice(0, 8)}`,
    { hint: 'export again: what is held already is known by its windows and counts once' },
  );
}

function checkGivenOut(lane: LaneName, seq: number, last: number, what: string): number {
  if (seq <= last) return seq;
  throw new SkerryError(
    'invalid',
    `${what} names ${lane} block ${seq}, and ${last} is the last that this outbox ever gave out`,
    { hint: 'was it made from the results of a copy of this agent?' },
  );
}

// A file may lie around for long. Sync takes another instance's word for the newer one; a file's it isn't.
async function applyNewer(
  { seen, applyDesired }: AcknowledgeOptions,
  { desired, instance }: skerry.v1.IAcknowledgement,
): Promise<number | undefined> {
  const { instance: known, generation } = seen();
  if (!desired || !instance || (known !== '' && known !== instance)) return undefined;
  if (known !== '' && (desired.generation ?? 0) <= generation) return undefined;
  await applyDesired(desired, instance);
  return desired.generation ?? 0;
}
