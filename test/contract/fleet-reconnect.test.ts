// A fleet comes back after an outage: the agents' own backoff against the real shard actor, on one virtual clock.
import {
  afterFailure,
  atAttempt,
  type Circuit,
  closedCircuit,
  DEFAULT_BACKOFF,
} from '@skerry/agent/sync/backoff';
import { createWorld } from '@skerry/control-plane/node/testing';
import { decode, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';

const PER_SECOND = 200;
const STEP_MS = 100;

interface Comer {
  id: string;
  request: Uint8Array;
  circuit: Circuit;
  nextMs: number;
  firstAnswerMs: number | undefined;
}

/** Park and Miller's generator: the draws of agents, the same in every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** An up server that so many agents ask for the first time at `begins`; plays for `forMs`. */
function play(count: number, forMs: number, begins: (i: number, unit: () => number) => number) {
  const world = createWorld({ shard: { syncsPerSecond: PER_SECOND } });
  const unit = uniform(7);
  const startMs = world.clock.nowMs;
  const comers = Array.from({ length: count }, (_, i): Comer => {
    const agent = world.agent(`a${i}`);
    const nextMs = begins(i, unit);
    return {
      id: agent.id,
      request: agent.request(),
      circuit: closedCircuit(),
      nextMs,
      firstAnswerMs: undefined,
    };
  });
  const taken: number[] = [];
  const asked: number[] = [];
  const shard = world.shards[0]!;
  const add = (counts: number[], atMs: number): void => {
    const second = Math.floor(atMs / 1_000);
    counts[second] = (counts[second] ?? 0) + 1;
  };
  const ask = (comer: Comer, atMs: number): void => {
    add(asked, atMs);
    const { waitMs } = shard.admit(comer.id);
    if (waitMs > 0) {
      // As the route says it: whole seconds.
      const retryMs = 1_000 * Math.ceil(waitMs / 1_000);
      comer.circuit = afterFailure(atAttempt(comer.circuit), DEFAULT_BACKOFF, atMs, unit(), retryMs);
      comer.nextMs = comer.circuit.retryAtMs;
      return;
    }
    add(taken, atMs);
    const { response } = shard.sync(comer.id, comer.request);
    comer.circuit = closedCircuit();
    comer.firstAnswerMs ??= atMs;
    comer.nextMs = atMs + decode(v1.SyncResponse, response).nextSyncMs;
  };
  for (let atMs = 0; atMs < forMs; atMs += STEP_MS) {
    world.clock.nowMs = startMs + atMs;
    for (const comer of comers) if (comer.nextMs <= atMs) ask(comer, atMs);
  }
  return { comers, taken, asked };
}

const peak = (counts: readonly number[], fromS = 0): number =>
  Math.max(...Array.from(counts, (n) => n ?? 0).slice(fromS));

describe('10,000 agents that come back at once', () => {
  const { comers, taken, asked } = play(10_000, 150_000, () => 0);

  test('are taken at the rate that the shard can bear', () => {
    expect(peak(taken)).toBeLessThanOrEqual(2 * PER_SECOND);
    expect(taken.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(10_000);
  });

  test('ask again one after the other: after the first second no second sees many more than are taken', () => {
    expect(asked[0]).toBe(10_000);
    expect(peak(asked, 1)).toBeLessThanOrEqual(2 * PER_SECOND);
  });

  test('have each had an answer within two minutes', () => {
    expect(
      Math.max(...comers.map(({ firstAnswerMs = Number.POSITIVE_INFINITY }) => firstAnswerMs)),
    ).toBeLessThan(120_000);
  });

  test('are spread from then on: the pace that they are given is half of what the shard can bear', () => {
    expect(peak(taken, 110)).toBeLessThanOrEqual(PER_SECOND);
  });
});
