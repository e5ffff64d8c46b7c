/**
 * Results that a person carried here: one part of an agent's file, taken by the very exchange that sync is. So a part
 * that comes twice, late, or after sync brought the same, changes nothing and is acknowledged all the same. What the
 * part says of the agent itself counts only where it is the newest that was heard.
 */
import { isSigned, openPart } from '@skerry/proto/bundle';
import { fromBase64, sameBytes, toHex } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { skerry } from '@skerry/proto/wire';
import type { Topic } from '../../ports.ts';
import type { Plan } from '../plan.ts';
import { type AgentRow, find } from './agents.ts';
import type { ShardContext } from './context.ts';
import { laneNumber } from './ingest.ts';
import { hasEnded } from './ledger.ts';
import { isDelayed } from './reported.ts';
import { type ReversionInfo, reversions } from './reversions.ts';
import { decodeRequest, exchange } from './sync.ts';

export interface ImportAnswer {
  /** What goes back to the agent, not signed yet. */
  acknowledgement: skerry.v1.IAcknowledgement;
  epoch: string;
  /** What was new here. */
  results: number;
  alerts: number;
  /** The lanes of the part, and how far each is durable now. */
  lanes: { lane: 'alert' | 'result'; cursor: number; conflict: boolean }[];
  topics: Topic[];
  progress: boolean;
  /** Releases given back that the audit log doesn't have yet. */
  reversions: ReversionInfo[];
}

/**
 * Takes one signed part. Throws SkerryError not-found (the agent never enrolled), conflict (it isn't approved), untrusted
 * (not its key), and whatever an exchange refuses; nothing is kept then.
 */
export function importPart(context: ShardContext, bytes: Uint8Array, plan: Plan | undefined): ImportAnswer {
  const part = openPart(bytes);
  const row = approved(context, part.agent);
  checkSignature(context, row, bytes);
  const request = decodeRequest(part.request);
  const wallMs = Number(request.clock?.wallMs ?? 0);
  const { response, outcome, topics, progress } = exchange(context, row, request, plan, {
    isLate: isLate(context, row, request),
    // Heard of by hand: what it says is as old as the file.
    seenMs: Math.min(wallMs, context.now()),
  });
  const lanes = outcome.lanes.map(({ lane, cursor, conflict }) => ({ lane, cursor, conflict }));
  const acknowledgement = within(request, response);
  if (!part.last) delete acknowledgement.desired;
  const { results, alerts } = outcome;
  return {
    acknowledgement,
    epoch: toHex(request.epoch),
    results,
    alerts,
    lanes,
    topics,
    progress,
    reversions: reversions(context, row.id, true),
  };
}

function approved(context: ShardContext, agent: string): AgentRow {
  const row = find(context, agent);
  if (!row)
    throw new SkerryError('not-found', `agent ${agent} never enrolled here, so nobody knows its key`, {
      hint: 'let it enrol once over a network (skerry-agent enroll), then export again',
    });
  if (row.state !== 'approved')
    throw new SkerryError('conflict', `agent ${agent} is ${row.state}`, {
      hint:
        row.state === 'pending' ? `approve it first: skerry agent approve ${agent}` : 'its results stay out',
    });
  return row;
}

function checkSignature(context: ShardContext, row: AgentRow, bytes: Uint8Array): void {
  const signedBy = (key: string): boolean =>
    isSigned('results', bytes, (message, signature) =>
      context.crypto.verify(fromBase64(key), message, signature),
    );
  if (signedBy(row.public_key)) return;
  const waits = row.pending_key !== null && signedBy(row.pending_key);
  throw new SkerryError('untrusted', `the results are not signed by the key that agent ${row.id} has here`, {
    hint: waits
      ? `they are by the key that waits for it: skerry agent replace ${row.id}`
      : 'was this gateway replaced, or its id taken from another?',
  });
}

// Without a network requests have no order of their own. Within a boot monotonic time gives it; over boots the agent's
// own wall clock is the best there is.
function isLate(context: ShardContext, row: AgentRow, request: skerry.v1.SyncRequest): boolean {
  const isOtherBoot = request.clock?.boot !== row.boot;
  return (
    isDelayed(row, request) ||
    hasEnded(context, row.id, toHex(request.epoch)) ||
    (isOtherBoot && Number(request.clock?.wallMs ?? 0) < row.wall_ms)
  );
}

/** A response as an acknowledgement of what the request held, and of nothing beyond. */
function within(
  request: skerry.v1.SyncRequest,
  response: skerry.v1.ISyncResponse & { acks: skerry.v1.ILaneAck[] },
): skerry.v1.IAcknowledgement {
  const acks: skerry.v1.ILaneAck[] = [];
  for (const lane of ['alert', 'result'] as const) {
    const sent = request.blocks.filter((block) => block.lane === laneNumber(lane));
    const ack = response.acks.find(
      (a) => a.lane === laneNumber(lane) && a.epoch && sameBytes(a.epoch, request.epoch),
    );
    if (sent.length === 0 || !ack) continue;
    const lastSent = Math.max(...sent.map((b) => Math.max(Number(b.seq ?? 0), Number(b.seqLast ?? 0))));
    acks.push({ ...ack, cursor: Math.min(Number(ack.cursor ?? 0), lastSent) });
  }
  return {
    instance: response.instance ?? '',
    acks,
    held: response.held ?? [],
    sketchCursor: Math.min(
      Number(response.sketchCursor ?? 0),
      Math.max(0, ...request.sketches.map((s) => Number(s.seq ?? 0))),
    ),
    ...(response.desired && { desired: response.desired }),
  };
}
