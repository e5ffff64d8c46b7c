/**
 * The fleet actor: releases, policies, rollouts, tokens, the audit chain and the plan; one per tenant. Every method is
 * synchronous, takes and returns plain data, and writes in one transaction. What crosses actors is stored as work and
 * performed by the coordinator.
 */
import { utf8 } from '@skerry/proto/bytes';
import { hmacSha256 } from '@skerry/proto/hmac';
import { randomId } from '@skerry/proto/ids';
import type { RoleName } from '@skerry/proto/tuf/metadata';
import type { ActorPorts } from '../../ports.ts';
import { checkMatch } from '../etag.ts';
import { migrate, readMeta, writeMeta } from '../migrate.ts';
import type { Verb } from '../rollout/operate.ts';
import { type Evidence, type FrozenStage, isActive } from '../rollout/rollout.ts';
import * as audit from './audit.ts';
import { currentNumber, nextNumber } from './context.ts';
import * as idempotency from './idempotency.ts';
import * as onlineKey from './online-key.ts';
import { buildPlan, type FleetWork, fleetWork } from './plan-builder.ts';
import * as policies from './policies.ts';
import * as registry from './registry.ts';
import * as releases from './releases.ts';
import * as rollouts from './rollouts.ts';
import { FLEET_MIGRATIONS } from './schema.ts';
import * as tokens from './tokens.ts';

const LOOK_AGAIN_MS = 5_000;
const RETRY_MS = 1_000;

export class FleetActor {
  readonly #ports: ActorPorts;

  constructor(ports: ActorPorts) {
    this.#ports = ports;
    migrate(ports.sql, FLEET_MIGRATIONS);
    if (readMeta(ports.sql, 'instance') !== undefined) return;
    ports.sql.transaction(() => {
      writeMeta(ports.sql, 'instance', randomId(ports.random));
      writeMeta(ports.sql, 'onlineKey', ports.random.bytes(32));
      writeMeta(ports.sql, 'accessKey', ports.random.bytes(32));
      nextNumber(ports, 'planGeneration');
    });
  }

  /** The random id of this control plane; generations order within it. */
  instance(): string {
    return String(readMeta(this.#ports.sql, 'instance'));
  }

  /** After a restore from a backup: agents then take the generations anew. */
  renewInstance(by: string): string {
    return this.#write(() => {
      const instance = randomId(this.#ports.random);
      writeMeta(this.#ports.sql, 'instance', instance);
      nextNumber(this.#ports, 'planGeneration');
      audit.appendAudit(this.#ports, by, 'instance.renew', instance);
      return instance;
    });
  }

  /** The number of shards, fixed by the first call: agents are spread over them by hash. */
  fixShards(wanted: number): number {
    return this.#write(() => {
      const held = Number(readMeta(this.#ports.sql, 'shards') ?? 0);
      if (held === 0) writeMeta(this.#ports.sql, 'shards', wanted);
      return held === 0 ? wanted : held;
    });
  }

  /** The key that agents' access tokens are signed with. It never leaves the server. */
  accessKey(): Uint8Array {
    return readMeta(this.#ports.sql, 'accessKey') as Uint8Array;
  }

  /** The key that webhooks are signed with, which receivers hold as well: made of the access key, and doesn't tell it. */
  webhookKey(): Uint8Array {
    return hmacSha256(this.#ports.crypto, this.accessKey(), utf8('webhook'));
  }

  authenticate(secret: string): tokens.Operator | undefined {
    return tokens.authenticate(this.#ports, secret);
  }

  createOperatorToken(by: string, token: Parameters<typeof tokens.createOperatorToken>[2]) {
    return this.#write(() => tokens.createOperatorToken(this.#ports, by, token));
  }

  createEnrolToken(by: string, token: Parameters<typeof tokens.createEnrolToken>[2]) {
    return this.#write(() => tokens.createEnrolToken(this.#ports, by, token));
  }

  redeemEnrolToken(secret: string, agent: string, publicKey: string) {
    return this.#write(() => tokens.redeemEnrolToken(this.#ports, secret, agent, publicKey));
  }

  tokens(): tokens.TokenInfo[] {
    return tokens.listTokens(this.#ports);
  }

  revokeToken(by: string, id: string): void {
    this.#write(() => tokens.revokeToken(this.#ports, by, id));
  }

  createLoginCode(by: string, name: string, role: tokens.OperatorRole, parent?: string) {
    return this.#write(() => tokens.createLoginCode(this.#ports, by, name, role, parent));
  }

  redeemLoginCode(code: string) {
    return this.#write(() => tokens.redeemLoginCode(this.#ports, code));
  }

  onlineKey() {
    return onlineKey.onlineKey(this.#ports);
  }

  nextOnlineKey(by: string) {
    return this.#write(() => onlineKey.nextOnlineKey(this.#ports, by));
  }

  rootDigest(): string | undefined {
    return registry.rootDigest(this.#ports);
  }

  metadata(role: RoleName, version?: number): Uint8Array | undefined {
    return registry.metadataFile(this.#ports, role, version);
  }

  putRoot(by: string, bytes: Uint8Array): { version: number } {
    return this.#write(() => registry.putRoot(this.#ports, by, bytes), true);
  }

  putTargets(
    by: string,
    bytes: Uint8Array,
    expectedVersion: number | undefined,
    offered: ReadonlyMap<string, registry.OfferedRelease>,
  ) {
    return this.#write(() => {
      const changed = registry.putTargets(this.#ports, by, bytes, expectedVersion, offered);
      rollouts.revertYanked(this.#ports, by, changed.yanked);
      if (changed.added.length + changed.yanked.length > 0) nextNumber(this.#ports, 'planGeneration');
      return changed;
    }, true);
  }

  releases(name?: string): releases.ReleaseInfo[] {
    return releases.listReleases(this.#ports, name);
  }

  release(name: string, version: string): releases.ReleaseDetails {
    return releases.getRelease(this.#ports, name, version);
  }

  releaseWindows(name: string): ReturnType<typeof releases.releaseWindows> {
    return releases.releaseWindows(this.#ports, name);
  }

  applyPolicy(by: string, text: string): policies.PolicyInfo {
    return this.#write(() => {
      const info = policies.applyPolicy(this.#ports, by, text);
      nextNumber(this.#ports, 'planGeneration');
      return info;
    }, true);
  }

  removePolicy(by: string, name: string, ifMatch?: string): void {
    this.#write(() => {
      checkMatch(this.#ports.crypto, ifMatch, this.policy(name));
      policies.removePolicy(this.#ports, by, name);
      nextNumber(this.#ports, 'planGeneration');
    }, true);
  }

  policies(): policies.PolicyInfo[] {
    return policies.listPolicies(this.#ports);
  }

  policy(name: string): policies.PolicyInfo {
    return policies.getPolicy(this.#ports, name);
  }

  createRollout(by: string, text: string): rollouts.RolloutInfo {
    return this.#write(() => {
      const info = rollouts.createRollout(this.#ports, by, text);
      rollouts.forgetOldest(this.#ports, buildPlan(this.#ports).rollouts ?? []);
      return info;
    });
  }

  rollouts(query: Parameters<typeof rollouts.listRollouts>[1]): rollouts.RolloutInfo[] {
    return rollouts.listRollouts(this.#ports, query);
  }

  rolloutsInProgress(): rollouts.RolloutInfo[] {
    return rollouts.listInProgress(this.#ports);
  }

  rollout(id: string): rollouts.RolloutInfo {
    return rollouts.getRollout(this.#ports, id);
  }

  decisions(id: string): rollouts.StoredDecision[] {
    return rollouts.listDecisions(this.#ports, id);
  }

  /** What GET answers: a rollout with its decisions. */
  rolloutWithDecisions(id: string): rollouts.RolloutInfo & { decisions: rollouts.StoredDecision[] } {
    return { ...this.rollout(id), decisions: this.decisions(id) };
  }

  operateRollout(
    by: string,
    id: string,
    verb: Verb,
    options: { ifMatch?: string | undefined; supersede?: boolean } = {},
  ): rollouts.RolloutInfo {
    return this.#write(() => {
      checkMatch(this.#ports.crypto, options.ifMatch, this.rolloutWithDecisions(id));
      return rollouts.operateRollout(this.#ports, by, id, verb, options.supersede);
    }, true);
  }

  /** What is due across actors: the coordinator performs it and tells back. */
  work(): FleetWork {
    return fleetWork(this.#ports);
  }

  stageFrozen(id: string, frozen: Omit<FrozenStage, 'atMs'>): void {
    this.#write(() => rollouts.applyFrozen(this.#ports, id, { ...frozen, atMs: this.#ports.now() }), true);
  }

  planPushed(shard: number, generation: number): void {
    this.#write(() => {
      this.#ports.sql.run(
        'INSERT OR REPLACE INTO shard_plan (shard, generation) VALUES (?, ?)',
        shard,
        generation,
      );
    }, true);
  }

  /**
   * Merged evidence of every rollout asked about; each is looked at once. Returns whether to come again: something was
   * decided, or the plan has changed since `generation`, under which the evidence was gathered, and it is dropped.
   */
  observe(generation: number, evidence: readonly { rollout: string; evidence: Evidence }[]): boolean {
    return this.#write(() => {
      if (generation !== currentNumber(this.#ports, 'planGeneration')) return true;
      const decided = evidence.map((e) => rollouts.applyEvidence(this.#ports, e.rollout, e.evidence));
      return decided.includes(true);
    }, true);
  }

  /** An acknowledgement of carried results (BundlePart bytes), signed by the online key: SignedPart bytes. */
  signAcknowledgement(part: Uint8Array): Uint8Array {
    return onlineKey.signAcknowledgement(this.#ports, part);
  }

  /** Records what was done outside this actor: an agent approved, an alert acknowledged. */
  record(who: string, action: string, subject: string, details: Record<string, unknown> = {}): void {
    this.#write(() => audit.appendAudit(this.#ports, who, action, subject, details));
  }

  audit(query: { cursor?: number; limit: number; order: 'asc' | 'desc' }): audit.AuditLine[] {
    return audit.listAudit(this.#ports, query);
  }

  verifyAudit(from: number, limit: number) {
    return audit.verifyAudit(this.#ports, from, limit);
  }

  beginIdempotent(key: string, request: string) {
    return this.#write(() => idempotency.beginIdempotent(this.#ports, key, request));
  }

  endIdempotent(key: string, answer: { status: number; body: string } | undefined): void {
    this.#write(() => idempotency.endIdempotent(this.#ports, key, answer));
  }

  /** The host calls it at the alarm, and then drives the coordinator. */
  alarm(): void {
    this.#write(() => registry.renewIfDue(this.#ports), true);
  }

  #write<T>(body: () => T, reschedule = false): T {
    const result = this.#ports.sql.transaction(body);
    if (reschedule) this.#ports.setAlarm(this.#nextAlarm());
    return result;
  }

  #nextAlarm(): number | undefined {
    const nowMs = this.#ports.now();
    const times = [registry.nextRenewal(this.#ports)];
    const active = rollouts.inState(this.#ports).filter((r) => isActive(r.state));
    if (active.length > 0) times.push(nowMs + LOOK_AGAIN_MS);
    for (const { state, spec } of active)
      if (state.name === 'running' && state.phase === 'soaking' && state.soakFromMs !== null)
        times.push(Math.max(nowMs + 250, state.soakFromMs + spec.stages[state.stage]!.soak));
    const generation = currentNumber(this.#ports, 'planGeneration');
    if (this.#ports.sql.all('SELECT 1 AS one FROM shard_plan WHERE generation < ?', generation).length > 0)
      times.push(nowMs + RETRY_MS);
    const due = times.filter((time) => time !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }
}
