/**
 * One exchange with an agent, in one transaction: what came up becomes durable, and the answer says so. Sending the
 * same request again gives the same state and an answer that acknowledges as much or more.
 */
import { toHex } from '@skerry/proto/bytes';
import { canonicalJson } from '@skerry/proto/canonical';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { decode, encode, skerry, v1 } from '@skerry/proto/wire';
import type { Topic } from '../../ports.ts';
import { type DesiredEntry, desiredFor, type Plan } from '../plan.ts';
import { type AgentRow, factsOf, find, held, labelsOf } from './agents.ts';
import { raiseAlert } from './alerts.ts';
import { count, type ShardContext } from './context.ts';
import { endSketches, storeSketches } from './drift.ts';
import { acknowledgements, closeHoles, type IngestOutcome, ingestBlocks, laneNumber } from './ingest.ts';
import { endEpochs, hasEnded, storeLedgers } from './ledger.ts';
import { membershipOf } from './membership.ts';
import { noteTold } from './outcomes.ts';
import { isDelayed, storeReport, wantedPipelines } from './reported.ts';
import { type ReversionInfo, reversions } from './reversions.ts';
import { storeSamples } from './samples.ts';
import { nextWebhookMs } from './webhooks.ts';

const PROTOCOL = 1;
const TUF_URL = '/tuf/';
/** Agents come back after this many milliseconds at least. */
const MIN_SYNC_MS = 5_000;

export interface SyncAnswer {
  response: Uint8Array;
  /** What changed, for the console. */
  topics: Topic[];
  /** Whether something changed that rollouts wait for. */
  progress: boolean;
  /** Whether webhooks are due. */
  webhooks: boolean;
  /** Releases given back that the audit log doesn't have yet. */
  reversions: ReversionInfo[];
}

/**
 * Performs an exchange. `paceMs`: how often agents are to come. Throws SkerryError invalid (malformed), unauthorized (not approved), unsupported (another
 * protocol); nothing is kept then.
 */
export function syncAgent(
  context: ShardContext,
  agent: string,
  bytes: Uint8Array,
  plan: Plan | undefined,
  paceMs: number,
): SyncAnswer {
  const request = decodeRequest(bytes);
  const row = find(context, agent);
  if (row?.state !== 'approved')
    throw new SkerryError('unauthorized', `agent ${agent} is ${row?.state ?? 'not enrolled'}`);
  const { response, topics, progress } = exchange(context, row, request, plan, {
    isLate: isDelayed(row, request),
    seenMs: context.now(),
  });
  return {
    response: encode(v1.SyncResponse, {
      ...response,
      nextSyncMs: spread(context, paceMs),
      wallMs: context.now(),
    }),
    topics,
    progress,
    webhooks: (nextWebhookMs(context) ?? Infinity) <= context.now(),
    reversions: reversions(context, agent, true),
  };
}

/** What an exchange comes to, however the request came. */
export interface Exchanged {
  response: skerry.v1.ISyncResponse & { acks: skerry.v1.ILaneAck[] };
  outcome: IngestOutcome;
  topics: Topic[];
  progress: boolean;
}

/**
 * Takes what a request holds and says what became durable. A request that is late (something newer was heard of this
 * agent) tells nothing about the agent itself any more; its blocks are taken like any others.
 */
export function exchange(
  context: ShardContext,
  row: AgentRow,
  request: skerry.v1.SyncRequest,
  plan: Plan | undefined,
  { isLate, seenMs }: { isLate: boolean; seenMs: number },
): Exchanged {
  const agent = row.id;
  const epoch = toHex(request.epoch);
  const seenGeneration = request.seenInstance === plan?.instance ? Number(request.seenGeneration) : 0;
  let progress = seenGeneration > row.seen_generation;
  if (!isLate) {
    if (storeReport(context, row, request, seenGeneration, seenMs)) progress = true;
    if (epoch !== row.epoch) changeEpoch(context, row, epoch);
    storeLedgers(context, agent, epoch, request.ledgers);
  }
  closeHoles(context, agent, epoch, request.lanes);
  const outcome = ingestBlocks(context, agent, request.blocks);
  const sketchCursor = storeSketches(context, agent, epoch, request.sketches);
  const heldSamples = storeSamples(context, agent, request.samples);
  const desired = desiredState(context, agent, plan);
  const isNews =
    plan !== undefined && (request.seenInstance !== plan.instance || seenGeneration < desired.generation);
  const topics: Topic[] = ['agents'];
  if (outcome.results > 0) topics.push('results');
  if (outcome.alerts > 0) topics.push('alerts');
  if (request.sketches.length > 0) topics.push('drift');
  if (request.samples.length > 0) topics.push('samples');
  return {
    response: {
      instance: plan?.instance ?? '',
      acks: acknowledgements(context, agent, epoch, outcome),
      sketchCursor,
      heldSamples,
      ...(isNews && { desired: toWire(desired) }),
      held: outcome.held.map((h) => ({ lane: laneNumber(h.lane), firstPending: h.first, last: h.last })),
    },
    outcome,
    topics,
    progress,
  };
}

// An agent leaves an epoch for good; one that comes back to it is not the agent that left it.
function changeEpoch(context: ShardContext, row: AgentRow, epoch: string): void {
  if (hasEnded(context, row.id, epoch)) {
    count(context, 'epochs_resumed', 1);
    raiseAlert(context, row.id, {
      episode: `copies:${epoch}`,
      message:
        `agent ${row.id} is back under epoch ${epoch.slice(0, 8)}, which had ended: two copies of it run (a cloned` +
        ' disk), or an old image was started; give each its own id and key (skerry-agent enroll on an empty data folder)',
    });
  }
  endEpochs(context, row.id, epoch);
  endSketches(context, row.id, [epoch, row.epoch]);
}

/** Reads a request. Throws SkerryError invalid, or unsupported where it speaks another protocol. */
export function decodeRequest(bytes: Uint8Array): skerry.v1.SyncRequest {
  let request: skerry.v1.SyncRequest;
  try {
    request = decode(v1.SyncRequest, bytes);
  } catch (cause) {
    throw new SkerryError('invalid', `the sync request is malformed: ${messageOf(cause)}`, { cause });
  }
  if (request.protocol !== PROTOCOL)
    throw new SkerryError(
      'unsupported',
      `sync protocol ${request.protocol} is not spoken here, ${PROTOCOL} is`,
    );
  if (request.epoch.length !== 16) throw new SkerryError('invalid', 'the sync request has no epoch');
  return request;
}

/** A desired entry with the policy generation under which the agent was given its policy. */
export interface StoredDesired extends DesiredEntry {
  policyGeneration: number;
}

/** An agent's desired state and its generation, which counts up whenever the content changes. */
export function desiredState(
  context: ShardContext,
  agent: string,
  plan: Plan | undefined,
): { generation: number; entries: StoredDesired[] } {
  const row = held(context, agent);
  const before = JSON.parse(row.desired) as StoredDesired[];
  if (!plan) return { generation: row.desired_generation, entries: before };
  const entries = computeDesired(context, row, plan).map((entry) => {
    const old = before.find((b) => b.name === entry.name && b.role === entry.role);
    const same = old?.policy === entry.policy;
    return {
      ...entry,
      policyGeneration: entry.policy === '' ? 0 : same ? old.policyGeneration : plan.policyGeneration,
    };
  });
  if (canonicalJson(entries) === canonicalJson(before))
    return { generation: row.desired_generation, entries: before };
  const generation = row.desired_generation + 1;
  // An agent may yet activate whatever it was told and hasn't been heard to drop.
  const unconfirmed = row.seen_generation < row.desired_generation ? row.former.split(' ') : [];
  const former = new Set([...unconfirmed, ...before.map((entry) => entry.releaseDigest)]);
  context.sql.run(
    'UPDATE agent SET desired = ?, desired_generation = ?, former = ? WHERE id = ?',
    JSON.stringify(entries),
    generation,
    [...former].join(' ').trim(),
    agent,
  );
  for (const { rollout, role } of entries) if (rollout !== '' && !role) noteTold(context, rollout, agent);
  return { generation, entries };
}

function computeDesired(context: ShardContext, row: AgentRow, plan: Plan): DesiredEntry[] {
  return desiredFor(
    plan,
    { labels: labelsOf(row), facts: factsOf(row), pipelines: wantedPipelines(context, row.id) },
    membershipOf(context, row),
  );
}

function toWire(desired: { generation: number; entries: StoredDesired[] }): skerry.v1.IDesired {
  return {
    generation: desired.generation,
    tufUrl: TUF_URL,
    pipelines: desired.entries.map((entry) => ({
      name: entry.name,
      release: entry.release,
      releaseDigest: entry.releaseDigest,
      role: entry.role === 'shadow' ? skerry.v1.Role.ROLE_SHADOW : skerry.v1.Role.ROLE_ACTIVE,
      rollout: entry.rollout,
      policy: entry.policy,
      policyGeneration: entry.policyGeneration,
    })),
  };
}

/** How often each agent is to come so that all together come `perSecond` times a second. */
export function intervalMs(context: ShardContext, perSecond: number): number {
  const [row] = context.sql.all<{ n: number }>("SELECT count(*) AS n FROM agent WHERE state = 'approved'");
  return Math.max(MIN_SYNC_MS, (1_000 * (row?.n ?? 0)) / perSecond);
}

// Spread over the interval, so that agents that came together don't come together again.
function spread(context: ShardContext, paceMs: number): number {
  return Math.round(paceMs * (0.75 + 0.5 * context.random.unit()));
}
