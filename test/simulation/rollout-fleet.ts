/**
 * A fleet as a rollout sees it: agents that differ, that are silent at times, and that take a candidate with a given
 * defect. Each brings the evidence that a real one reports, added up by the code that adds it up in a shard.
 *
 * What is assumed, per agent: rates and latencies that vary between agents (log-normal), a change between its past and
 * now, a shift that the whole fleet shares, an effect of the new release of its own even where it has no defect, failures
 * that have nothing to do with the release, and of a shadow that it decides a few windows otherwise.
 */
import type { Metric } from '@skerry/control-plane/core/rollout/metrics';
import type { Evidence } from '@skerry/control-plane/core/rollout/rollout';
import { addAgent, emptySample, type Sample } from '@skerry/control-plane/core/rollout/samples';
import { emptyEvidence, lowestShare } from '@skerry/control-plane/core/shard/stage-evidence';
import type { Random } from '@skerry/firmware-sim/random';

export const DEFECTS = ['none', 'crash', 'errors', 'latency', 'alerts', 'shift', 'hardware', 'late'] as const;
export type Defect = (typeof DEFECTS)[number];

/** Windows of ten seconds. */
const WINDOWS_PER_MS = 1 / 10_000;
const HOUR_MS = 3_600_000;
/** An agent that is offline comes back after this long in the mean. */
const AWAY_MS = 12 * HOUR_MS;
/** Share of the agents that the defect `hardware` is about. */
const RARE_HARDWARE = 0.2;
/** Of the agents that are given any release, so many fail for reasons of their own. */
const OWN_FAILURES = 0.001;
const LATE_MS = 6 * HOUR_MS;
/** Windows that a shadow without a defect decides otherwise than what serves: retraining moves a few. */
const OWN_FLIPS = 0.004;
/** So many more where its outputs are shifted. */
const SHIFT_FLIPS = 0.1;

interface SimAgent {
  hasRareHardware: boolean;
  errorRate: number;
  alertRate: number;
  latencyMs: number;
  past: { errorRate: number; alertRate: number; latencyMs: number };
  /** What the candidate changes on this agent without any defect. */
  own: number;
  offlineUntilMs: number;
  /** Undefined until it is given the candidate, and again once it gave it back. */
  activatedMs: number | undefined;
  everActivated: boolean;
  failed: boolean;
  /** The candidate beside what serves, and what it has done since it was begun. */
  shadow: { sinceMs: number; errors: number; alerts: number; flips: number } | undefined;
  /** Since the candidate was activated; of those without it, since the stage was entered. */
  windows: number;
  errors: number;
  alerts: number;
  base: { windows: number; errors: number; alerts: number; online: boolean };
}

export class RolloutFleet {
  readonly agents: SimAgent[];
  readonly #random: Random;
  readonly #defect: Defect;
  /** Members are the first so many agents: their order is drawn already. */
  members = 0;
  /** Members of the stages before, of the same mode. */
  #membersBefore = 0;
  #isShadow = false;

  constructor(random: Random, count: number, defect: Defect, offlineShare: number) {
    this.#random = random;
    this.#defect = defect;
    const world = Math.exp(0.2 * random.normal());
    this.agents = Array.from({ length: count }, () => this.#agent(world, offlineShare));
  }

  #agent(world: number, offlineShare: number): SimAgent {
    const random = this.#random;
    const vary = (middle: number, spread: number): number => middle * Math.exp(spread * random.normal());
    const past = { errorRate: vary(0.002, 0.5), alertRate: vary(0.03, 0.7), latencyMs: vary(20, 0.4) };
    const isOffline = random.uniform() < offlineShare;
    return {
      hasRareHardware: random.uniform() < RARE_HARDWARE,
      past,
      errorRate: vary(past.errorRate, 0.15),
      alertRate: vary(past.alertRate * world, 0.15),
      latencyMs: vary(past.latencyMs, 0.05),
      own: random.normal(),
      offlineUntilMs: isOffline ? -AWAY_MS * Math.log(1 - random.uniform()) : 0,
      activatedMs: undefined,
      everActivated: false,
      failed: false,
      shadow: undefined,
      windows: 0,
      errors: 0,
      alerts: 0,
      base: { windows: 0, errors: 0, alerts: 0, online: true },
    };
  }

  /** A stage is entered: so many agents are its members, or run the release beside what they serve. */
  freeze(members: number, nowMs: number, isShadow: boolean): void {
    this.#membersBefore = this.#isShadow === isShadow ? this.members : 0;
    this.members = members;
    this.#isShadow = isShadow;
    for (const agent of this.agents) {
      agent.shadow = undefined;
      const { windows, errors, alerts } = agent;
      agent.base = { windows, errors, alerts, online: agent.offlineUntilMs <= nowMs };
    }
  }

  /** Time passes: agents come and go, take the release, and work. */
  pass(nowMs: number, stepMs: number): void {
    for (const [i, agent] of this.agents.entries()) {
      if (agent.offlineUntilMs > nowMs) continue;
      // One in a hundred agents an hour loses its link.
      if (this.#random.uniform() < (0.01 * stepMs) / HOUR_MS) {
        agent.offlineUntilMs = nowMs - AWAY_MS * Math.log(1 - this.#random.uniform());
        continue;
      }
      if (i < this.members && agent.activatedMs === undefined && !agent.failed)
        if (!this.#isShadow) this.#activate(agent, nowMs);
        else if (!agent.shadow) this.#beginShadow(agent, nowMs);
      this.#work(agent, nowMs, stepMs);
    }
  }

  #activate(agent: SimAgent, nowMs: number): void {
    agent.everActivated = true;
    agent.activatedMs = nowMs;
    Object.assign(agent, { windows: 0, errors: 0, alerts: 0 });
    Object.assign(agent.base, { windows: 0, errors: 0, alerts: 0 });
    if (this.#crashes(agent)) this.#fail(agent);
  }

  #beginShadow(agent: SimAgent, nowMs: number): void {
    agent.shadow = { sinceMs: nowMs, errors: 0, alerts: 0, flips: 0 };
    // What serves is compared with it over the same windows.
    const { windows, errors, alerts } = agent;
    Object.assign(agent.base, { windows, errors, alerts });
    if (this.#crashes(agent)) this.#fail(agent);
  }

  #crashes(agent: SimAgent): boolean {
    const crashes = this.#defect === 'crash' || (this.#defect === 'hardware' && agent.hasRareHardware);
    return crashes || this.#random.uniform() < OWN_FAILURES;
  }

  #fail(agent: SimAgent): void {
    agent.failed = true;
    agent.activatedMs = undefined;
    agent.shadow = undefined;
  }

  #work(agent: SimAgent, nowMs: number, stepMs: number): void {
    const hasCandidate = agent.activatedMs !== undefined;
    const sinceMs = agent.activatedMs ?? agent.shadow?.sinceMs ?? nowMs;
    if (this.#defect === 'late' && nowMs - sinceMs >= LATE_MS) this.#fail(agent);
    const windows = stepMs * WINDOWS_PER_MS;
    agent.windows += windows;
    agent.errors += this.#poisson(windows * this.#errorRate(agent, hasCandidate));
    agent.alerts += this.#poisson(windows * this.#alertRate(agent, hasCandidate));
    if (agent.shadow) this.#shadow(agent, agent.shadow, windows);
  }

  #shadow(agent: SimAgent, shadow: NonNullable<SimAgent['shadow']>, windows: number): void {
    const alertRate = this.#alertRate(agent, true);
    const own = OWN_FLIPS * Math.exp(0.3 * agent.own) + Math.abs(alertRate - agent.alertRate);
    const flips = own + (this.#defect === 'shift' ? SHIFT_FLIPS : 0);
    shadow.errors += this.#poisson(windows * this.#errorRate(agent, true));
    shadow.alerts += this.#poisson(windows * alertRate);
    shadow.flips += this.#poisson(windows * flips);
  }

  #errorRate(agent: SimAgent, ofCandidate: boolean): number {
    return Math.min(1, agent.errorRate + (ofCandidate && this.#defect === 'errors' ? 0.1 : 0));
  }

  #alertRate(agent: SimAgent, ofCandidate: boolean): number {
    const factor = ofCandidate ? Math.exp(0.1 * agent.own) * (this.#defect === 'alerts' ? 1.3 : 1) : 1;
    return Math.min(1, agent.alertRate * factor);
  }

  /** What the shards would say now; `metrics` is given while the stage is compared. */
  evidence(
    nowMs: number,
    metrics: Partial<Record<Metric, number>> | undefined,
    minWindows: number,
  ): Evidence {
    const evidence = emptyEvidence();
    evidence.added = Math.max(0, this.members - this.#membersBefore);
    for (const [i, agent] of this.agents.slice(0, this.members).entries()) {
      evidence.members++;
      const has = agent.activatedMs !== undefined || agent.shadow !== undefined;
      if (has) evidence.reached++;
      if (has && i >= this.#membersBefore) evidence.addedReached!++;
      if (agent.failed) evidence.failed++;
      if (agent.offlineUntilMs > nowMs) evidence.offline++;
      const windows = agent.windows - (agent.shadow ? agent.base.windows : 0);
      const { errors } = agent.shadow ?? agent;
      if (agent.failed || !has || windows < minWindows) continue;
      evidence.judged++;
      evidence.windows += windows;
      evidence.errors += errors;
      evidence.errorRateSum += errors / windows;
      evidence.errorRateLowSum! += lowestShare(errors, windows);
    }
    if (metrics) evidence.samples = this.#samples(nowMs, metrics);
    return evidence;
  }

  #samples(nowMs: number, metrics: Partial<Record<Metric, number>>): Sample[] {
    const entries = Object.entries(metrics) as [Metric, number][];
    // Pairs need no other agents.
    const arms = this.#isShadow ? (['stage'] as const) : (['stage', 'control'] as const);
    return arms.flatMap((arm) => {
      const agents = arm === 'stage' ? this.agents.slice(0, this.members) : this.agents.slice(this.members);
      return entries.map(([metric, minWindows]) => {
        const sample = emptySample(metric, arm, '');
        for (const agent of agents) this.#addTo(sample, agent, nowMs, minWindows);
        return sample;
      });
    });
  }

  #addTo(sample: Sample, agent: SimAgent, nowMs: number, minWindows: number): void {
    const found = this.#measure(sample, agent, nowMs, minWindows);
    if (found) addAgent(sample, found[0], found[1]);
    else sample.unknown++;
  }

  /** An agent's value of a metric, and its own before; undefined where too little is known. */
  #measure(
    { metric, arm }: Sample,
    agent: SimAgent,
    nowMs: number,
    minWindows: number,
  ): [value: number, before?: number] | undefined {
    if (metric === 'silence') return agent.base.online ? [agent.offlineUntilMs > nowMs ? 1 : 0] : undefined;
    const windows = agent.windows - agent.base.windows;
    const hasCandidate = agent.activatedMs !== undefined;
    if (windows === 0 || windows < minWindows) return undefined;
    if (agent.shadow) return this.#pair(metric, agent, agent.shadow, windows);
    if (arm === 'stage' && !hasCandidate) return undefined;
    switch (metric) {
      case 'errorRate':
        return [(agent.errors - agent.base.errors) / windows, agent.past.errorRate];
      case 'alertRate':
        return [(agent.alerts - agent.base.alerts) / windows, agent.past.alertRate];
      case 'latencyP95':
        return [this.#latencyMs(agent, hasCandidate), agent.past.latencyMs];
      case 'outputDrift':
        return [0.02 * this.#random.normal() + (hasCandidate && this.#defect === 'shift' ? 0.5 : 0)];
      case 'disagreement':
        return undefined;
    }
  }

  /** What the shadow does, and what serves over the same windows. */
  #pair(
    metric: Metric,
    agent: SimAgent,
    shadow: NonNullable<SimAgent['shadow']>,
    windows: number,
  ): [value: number, before?: number] | undefined {
    switch (metric) {
      case 'errorRate':
        return [shadow.errors / windows, (agent.errors - agent.base.errors) / windows];
      case 'alertRate':
        return [shadow.alerts / windows, (agent.alerts - agent.base.alerts) / windows];
      case 'latencyP95':
        return [this.#latencyMs(agent, true), this.#latencyMs(agent, false)];
      case 'disagreement':
        return [shadow.flips / windows];
      case 'outputDrift':
      case 'silence':
        return undefined;
    }
  }

  #latencyMs(agent: SimAgent, ofCandidate: boolean): number {
    const own = ofCandidate ? Math.exp(0.1 * agent.own) * (this.#defect === 'latency' ? 2 : 1) : 1;
    return agent.latencyMs * own * Math.exp(0.03 * this.#random.normal());
  }

  // Knuth's way; rates here are at most a few dozen a step.
  #poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let [product, count] = [this.#random.uniform(), 0];
    while (product > limit) {
      product *= this.#random.uniform();
      count++;
    }
    return count;
  }
}
