/**
 * A shard actor: the agents and devices of a hash range (proto: shardOf), what they sent and what they are to run.
 * Every method is synchronous, takes and returns plain data (wire messages as bytes), and writes in one transaction.
 */
import type { ShardPorts } from '../../ports.ts';
import { checkMatch } from '../etag.ts';
import { migrate, readMeta, writeMeta } from '../migrate.ts';
import type { Plan } from '../plan.ts';
import type { Evidence } from '../rollout/rollout.ts';
import * as agents from './agents.ts';
import * as alerts from './alerts.ts';
import { type ArmQuery, type ArmSummary, summarizeArms, summarizeRelease } from './arm-summary.ts';
import type { StageRef } from './cohort.ts';
import { type CounterName, readCounters } from './context.ts';
import { readDrift, type SignalDrift } from './drift.ts';
import * as view from './fleet-view.ts';
import { DEFAULT_SYNCS_PER_SECOND, Gate } from './gate.ts';
import { type ImportAnswer, importPart } from './import.ts';
import { type LedgerInfo, listLedgers } from './ledger.ts';
import * as membership from './membership.ts';
import { type Preflight, type PreflightQuery, preflight } from './preflight.ts';
import { type LedgerProof, proveLedgers } from './proof.ts';
import { type FoundResult, queryResults, type ResultQuery } from './results.ts';
import { DEFAULT_RETENTION_MS, nextTrim, trim } from './retention.ts';
import { type ReversionInfo, reversionsRecorded } from './reversions.ts';
import * as samples from './samples.ts';
import { SHARD_MIGRATIONS } from './schema.ts';
import { type EvidenceQuery, stageEvidence } from './stage-evidence.ts';
import { intervalMs, type SyncAnswer, syncAgent } from './sync.ts';
import * as webhooks from './webhooks.ts';

/** An approved agent that wasn't heard of for this long is shown as offline. */
export const OFFLINE_AFTER_MS = 5 * 60_000;

const PACE_KEPT_MS = 10_000;

export interface ShardOptions {
  /** How long results and alerts are kept (retention.ts). */
  retentionMs?: number;
  /**
   * Exchanges taken in a second, and as many token requests (gate.ts); agents are paced to half of it. Left out: what
   * comes is taken, and agents are paced as if it were the default.
   */
  syncsPerSecond?: number;
}

export class ShardActor {
  readonly #ports: ShardPorts;
  readonly #retentionMs: number;
  readonly #pacePerSecond: number;
  #pace: { ms: number; atMs: number } | undefined;
  readonly #gates: { sync: Gate; token: Gate } | undefined;
  #plan: Plan | undefined;

  constructor(ports: ShardPorts, options: ShardOptions = {}) {
    this.#ports = ports;
    const { syncsPerSecond } = options;
    this.#pacePerSecond = (syncsPerSecond ?? DEFAULT_SYNCS_PER_SECOND) / 2;
    if (syncsPerSecond !== undefined) {
      const { unit } = ports.random;
      const gate = (): Gate => new Gate({ perSecond: syncsPerSecond }, unit);
      this.#gates = { sync: gate(), token: gate() };
    }
    this.#retentionMs = options.retentionMs ?? DEFAULT_RETENTION_MS;
    migrate(ports.sql, SHARD_MIGRATIONS);
    const stored = readMeta(ports.sql, 'plan');
    this.#plan = stored === undefined ? undefined : (JSON.parse(String(stored)) as Plan);
    ports.setAlarm(nextTrim(ports));
  }

  /** The host calls it at the alarm: what is past its retention is let go. */
  alarm(): void {
    this.#ports.setAlarm(this.#write(() => trim(this.#ports, this.#retentionMs)));
  }

  /** One exchange with an agent: SyncRequest bytes in, SyncResponse bytes out. */
  sync(agent: string, request: Uint8Array): SyncAnswer {
    return this.#write(() => syncAgent(this.#ports, agent, request, this.#plan, this.#paceMs()));
  }

  /** One part of an agent's exported results: SignedPart bytes in. */
  importPart(part: Uint8Array): ImportAnswer {
    return this.#write(() => importPart(this.#ports, part, this.#plan));
  }

  /** Takes a plan; an older one of the same instance changes nothing. */
  setPlan(plan: Plan): void {
    if (this.#plan?.instance === plan.instance && this.#plan.generation > plan.generation) return;
    this.#write(() => {
      writeMeta(this.#ports.sql, 'plan', JSON.stringify(plan));
      if (plan.rollouts) membership.forgetMembers(this.#ports, plan.rollouts);
    });
    this.#plan = plan;
  }

  enrol(request: agents.Enrolment): { status: 'approved' | 'pending'; changed: boolean } {
    return this.#write(() => agents.enrol(this.#ports, request));
  }

  approveAgent(id: string): { replacedKey: boolean } {
    return this.#write(() => agents.approveAgent(this.#ports, id));
  }

  replaceAgent(id: string): void {
    this.#write(() => agents.replaceAgent(this.#ports, id));
  }

  rejectAgent(id: string): void {
    this.#write(() => agents.rejectAgent(this.#ports, id));
  }

  retireAgent(id: string): void {
    this.#write(() => agents.retireAgent(this.#ports, id));
  }

  labelAgent(
    id: string,
    changes: Readonly<Record<string, string | null>>,
    ifMatch?: string,
  ): Record<string, string> {
    return this.#write(() => {
      checkMatch(this.#ports.crypto, ifMatch, view.getAgent(this.#ports, id));
      return agents.labelAgent(this.#ports, id, changes);
    });
  }

  agentKey(id: string): string {
    return agents.agentKey(this.#ports, id);
  }

  /**
   * The key that an approved agent holds, and in how many milliseconds its exchange will be taken: 0 is now. Throws
   * SkerryError unauthorized.
   */
  admit(id: string): { publicKey: string; waitMs: number } {
    const publicKey = agents.agentKey(this.#ports, id);
    return { publicKey, waitMs: this.#gates?.sync.enter(id, this.#ports.now()) ?? 0 };
  }

  /**
   * Takes an assertion's id once. Returns 0, or in how many milliseconds the agent is to come back: then nothing was
   * taken. Throws SkerryError unauthorized at a replay.
   */
  useAssertion(id: string, jti: string, expiresMs: number): number {
    const waitMs = this.#gates?.token.enter(id, this.#ports.now()) ?? 0;
    if (waitMs === 0) this.#write(() => agents.useAssertion(this.#ports, id, jti, expiresMs));
    return waitMs;
  }

  agents(query: Parameters<typeof view.listAgents>[1]): view.AgentInfo[] {
    return view.listAgents(this.#ports, query);
  }

  agent(id: string): view.AgentInfo {
    return view.getAgent(this.#ports, id);
  }

  devices(query: Parameters<typeof view.listDevices>[1]): view.DeviceInfo[] {
    return view.listDevices(this.#ports, query);
  }

  results(query: ResultQuery): FoundResult[] {
    return queryResults(this.#ports, query);
  }

  alerts(query: Parameters<typeof alerts.listAlerts>[1]): alerts.AlertInfo[] {
    return alerts.listAlerts(this.#ports, query);
  }

  acknowledgeAlert(by: string, agent: string, episode: string): alerts.AlertInfo {
    return this.#write(() => alerts.acknowledgeAlert(this.#ports, by, agent, episode));
  }

  /** Webhooks that are due, to be performed outside; each is settled by what came of it. */
  dueWebhooks(limit: number): webhooks.Webhook[] {
    return webhooks.dueWebhooks(this.#ports, limit);
  }

  nextWebhookMs(): number | undefined {
    return webhooks.nextWebhookMs(this.#ports);
  }

  settleWebhook(id: string, error: string | undefined): void {
    this.#write(() => {
      const givenUp = webhooks.settleWebhook(this.#ports, id, error);
      if (givenUp) alerts.raiseAlert(this.#ports, givenUp.agent, givenUp);
    });
  }

  samples(query: samples.SampleQuery): samples.SampleWithValues[] {
    return samples.listSamples(this.#ports, query);
  }

  sampleInfos(query: samples.SampleQuery): samples.SampleInfo[] {
    return samples.listSampleInfos(this.#ports, query);
  }

  sample(agent: string, id: string): samples.SampleWithValues {
    return samples.readSample(this.#ports, agent, id);
  }

  sampleCounts(): samples.SampleCount[] {
    return samples.countSamples(this.#ports);
  }

  labelSample(by: string, agent: string, id: string, label: string | null): samples.SampleInfo {
    return this.#write(() => samples.labelSample(this.#ports, by, agent, id, label));
  }

  drift(query: Parameters<typeof readDrift>[1]): SignalDrift[] {
    return readDrift(this.#ports, query);
  }

  ledgers(query: Parameters<typeof listLedgers>[1]): LedgerInfo[] {
    return listLedgers(this.#ports, query);
  }

  ledgerProofs(query: Parameters<typeof proveLedgers>[1]): LedgerProof[] {
    return proveLedgers(this.#ports, query);
  }

  prepareStage(query: membership.StageQuery): { eligible: number; members: number; committed: boolean } {
    return this.#write(() => membership.prepareStage(this.#ports, query));
  }

  lowestPlaces(query: StageRef, limit: number): number[] {
    return membership.lowestPlaces(this.#ports, query, limit);
  }

  commitStage(query: StageRef & { digest: string }, cut: number | undefined): number {
    return this.#write(() => membership.commitStage(this.#ports, query, cut));
  }

  discardStage(query: StageRef): void {
    this.#write(() => membership.discardStage(this.#ports, query));
  }

  /** What this shard's agents show of each rollout, in the order asked. */
  evidence(queries: readonly EvidenceQuery[]): Evidence[] {
    return this.#write(() => queries.map((query) => stageEvidence(this.#ports, query, this.#plan)));
  }

  /** The audit log has these releases that an agent gave back. */
  reversionsRecorded(agent: string, recorded: readonly ReversionInfo[]): void {
    this.#write(() => reversionsRecorded(this.#ports, agent, recorded));
  }

  /** Both arms of a rollout on this shard, since its last stage was entered. */
  armSummaries(query: ArmQuery): ArmSummary[] {
    return summarizeArms(this.#ports, query);
  }

  /** A release on this shard's agents, since it was activated on each. */
  releaseSummaries(digest: string): ArmSummary[] {
    return summarizeRelease(this.#ports, digest);
  }

  /** What a release would meet on this shard's agents. */
  preflight(query: PreflightQuery): Preflight {
    return preflight(this.#ports, query);
  }

  /** For /metrics and the overview. */
  counts(): {
    agents: Record<string, number>;
    counters: Record<CounterName, number>;
    openAlerts: number;
    planGeneration: number;
  } {
    return {
      agents: view.countAgents(this.#ports, OFFLINE_AFTER_MS),
      counters: readCounters(this.#ports),
      openAlerts: alerts.countOpenAlerts(this.#ports),
      planGeneration: this.#plan?.generation ?? 0,
    };
  }

  /** Counting ten thousand agents takes longer than an exchange, and changes nothing from one to the next. */
  #paceMs(): number {
    const nowMs = this.#ports.now();
    if (!this.#pace || Math.abs(nowMs - this.#pace.atMs) > PACE_KEPT_MS)
      this.#pace = { ms: intervalMs(this.#ports, this.#pacePerSecond), atMs: nowMs };
    return this.#pace.ms;
  }

  #write<T>(body: () => T): T {
    return this.#ports.sql.transaction(body);
  }
}
