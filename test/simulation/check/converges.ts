/**
 * Liveness: once nothing goes wrong any more, everything arrives, and it comes to what a history without faults comes
 * to. What a buffer too small for its outage gave up is counted, to the result.
 */
import type { Ledger } from '@skerry/agent/outbox/ledger';
import type { SampleCounters } from '@skerry/agent/pipeline/types';
import type { LedgerCheck } from './no-loss.ts';
import type { HeldResult } from './no-rewrite.ts';

/** What one agent and its devices came to. */
export interface Outcome {
  id: string;
  serving: boolean;
  /** NAME@VERSION that serves, empty for none. */
  release: string;
  /** NAME@VERSION that it ought to serve in the end. */
  wanted: string;
  /** Readings of its devices, each sent until it was acknowledged. */
  published: number;
  /** Its samples have no time of their own. */
  timeless: boolean;
  /** Readings of its devices without a PUBACK. */
  unacknowledged: number;
  ledger: LedgerCheck;
  /** Why it needn't come to what a history without faults comes to. */
  excuse: string | undefined;
  /** A record of its disk was damaged, so its ledgers may have begun anew. */
  damaged: boolean;
  /** Whether its buffer is large enough for everything. */
  roomy: boolean;
}

/** Why the agents haven't come to rest yet, undefined where they have. */
export function unsettled(agents: readonly Outcome[]): string | undefined {
  for (const { id, serving, release, wanted, unacknowledged, ledger, excuse } of agents) {
    if (!serving) return `${id} does not run`;
    if (!excuse && release !== wanted) return `${id} serves ${release || 'nothing'}`;
    if (unacknowledged > 0) return `${unacknowledged} readings for ${id} have no PUBACK`;
    if (ledger.unfed() > 0)
      return `${ledger.unfed()} samples of ${id} are in the journal and were not processed`;
    for (const lane of ['result', 'alert'] as const)
      if (ledger.ledger(lane).pending > 0)
        return `${ledger.ledger(lane).pending} ${lane}s of ${id} are pending`;
  }
  return undefined;
}

/** What differs from the faultless history, undefined where nothing does. */
export function difference(
  agents: readonly Outcome[],
  held: ReadonlyMap<string, HeldResult>,
  expected: { counters: ReadonlyMap<string, SampleCounters>; held: ReadonlyMap<string, HeldResult> },
): string | undefined {
  for (const agent of agents) {
    const { id, ledger, excuse, roomy, damaged } = agent;
    if (damaged) continue;
    const { produced, delivered, summarized, evicted } = ledger.ledger('result');
    const here = countOf(held, id);
    if (delivered !== here)
      return `${id} counts ${delivered} results as delivered, and the control plane holds ${here}`;
    if (here + summarized + evicted !== produced)
      return `of ${produced} results of ${id}, ${here} are held, ${summarized} summarized, ${evicted} evicted`;
    if (roomy && givenUp(ledger.ledger('result')) > 0)
      return `${id} gave up ${summarized + evicted} results with room for all`;
    // Turned away for want of space, by a policy that says so: acknowledged, counted, and no part of any window.
    if (excuse || (ledger.counters().rejected.full ?? 0) > 0) continue;
    if (agent.timeless) {
      const { taken } = account(ledger.counters());
      if (taken !== agent.published)
        return `${id}'s devices sent ${agent.published} readings, and ${taken} were taken`;
      continue;
    }
    const [is, ought] = [account(ledger.counters()), account(expected.counters.get(id)!)];
    for (const [term, count] of Object.entries(ought))
      if (is[term] !== count) return `${id} counts ${is[term]} as ${term}, and without faults ${count}`;
    const right = countOf(expected.held, id);
    if (produced !== right) return `${id} produced ${produced} results, and without faults ${right}`;
  }
  return undefined;
}

/** What differs between the alerts that agents delivered and those that the control plane took. */
export function alertDifference(agents: readonly Outcome[], taken: number): string | undefined {
  if (agents.some(({ damaged }) => damaged)) return undefined;
  const delivered = agents.reduce((sum, { ledger }) => sum + ledger.ledger('alert').delivered, 0);
  return delivered === taken
    ? undefined
    : `agents count ${delivered} alerts as delivered, and the control plane took ${taken}`;
}

/** Results that were made coarser or dropped. */
export function givenUp({ summarized, evicted }: Ledger): number {
  return summarized + evicted;
}

// A sample that is sent again is rejected again, so only what was taken in the end is the same.
function account(counters: SampleCounters): Record<string, number> {
  const rejected = Object.values(counters.rejected).reduce((sum, n) => sum + n, 0);
  const { used, gap, skipped, windows, gapWindows } = counters;
  return { taken: counters.received - rejected, used, gap, skipped, windows, gapWindows };
}

function countOf(held: ReadonlyMap<string, HeldResult>, agent: string): number {
  let count = 0;
  for (const result of held.values()) if (result.agent === agent) count++;
  return count;
}
