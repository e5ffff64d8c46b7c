// What people at the device have a say in: consent, and times at which nothing is taken.
import { beforeEach, describe, expect, test } from 'vitest';
import { type AgentConfig, agentConfig } from '../config.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import { TestWorld } from '../sync/test-world.ts';
import { UpdateGate } from './update-gate.ts';

const release = (version: string): ReleaseTarget => ({
  name: 'press',
  version,
  digest: `digest of ${version}`,
});

let world: TestWorld;
let known: string[];
let again: number;
beforeEach(() => {
  world = new TestWorld();
  known = ['digest of 1.0.0'];
  again = 0;
});

function gateWith(updates: unknown): UpdateGate {
  const { updates: settings }: AgentConfig = agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: {},
    controlPlane: { url: 'https://control.test' },
    mqtt: { listen: {} },
    pipelines: [{ name: 'p', release: 'press', source: { topics: ['a'], channels: { v: 'v' } } }],
    updates,
  });
  return new UpdateGate({ ...world, settings, time: { nowMs: world.clock.wallMs }, known: () => known });
}

/** Which version of the pipeline's wish is let through. */
async function letIn(gate: UpdateGate, version: string): Promise<string | undefined> {
  const wishes = new Map([['p', release(version)]]);
  await gate.holdBack(wishes, () => again++);
  return wishes.get('p')?.version;
}

test('where nothing is said, releases come as the control plane wishes', async () => {
  expect(await letIn(gateWith({}), '2.0.0')).toBe('2.0.0');
});

describe('a pipeline whose people are asked', () => {
  test('keeps what it has until one of them consents, to that release and to no later one', async () => {
    const gate = gateWith({ consent: 'ask' });
    expect(await letIn(gate, '2.0.0')).toBeUndefined();
    expect(gate.waiting('p')).toEqual({ target: release('2.0.0'), for: 'consent' });
    expect(await gate.consent('p')).toEqual(release('2.0.0'));
    expect(await letIn(gate, '2.0.0')).toBe('2.0.0');
    expect(gate.waiting('p')).toBeUndefined();
    expect(await letIn(gate, '3.0.0')).toBeUndefined();
  });

  test('remembers consent over a restart, and forgets a damaged one', async () => {
    const gate = gateWith({ consent: 'ask' });
    await letIn(gate, '2.0.0');
    await gate.consent('p');
    expect(await letIn(gateWith({ consent: 'ask' }), '2.0.0')).toBe('2.0.0');
    world.damage('g/consents', '{"p":');
    expect(await letIn(gateWith({ consent: 'ask' }), '2.0.0')).toBeUndefined();
    expect(world.lines.join()).toContain('what was consented to is damaged');
  });

  test('goes back to what served here before without being asked', async () => {
    expect(await letIn(gateWith({ consent: 'ask', hold: true }), '1.0.0')).toBe('1.0.0');
  });

  test('where nothing waits there is nothing to consent to', async () => {
    await expect(gateWith({ consent: 'ask' }).consent('p')).rejects.toThrow(/no release waits on pipeline p/);
  });
});

describe('a hold', () => {
  test('at a time of day keeps releases out, and looks again until it has ended', async () => {
    // It is 09:00 in UTC, 10:00 in Oslo.
    const gate = gateWith({ hold: { from: '06:00', to: '10:30', zone: 'Europe/Oslo' } });
    expect(await letIn(gate, '2.0.0')).toBeUndefined();
    expect(gate.waiting('p')?.for).toBe('hold');
    await world.pass(30_000);
    expect(again).toBe(1);
    world.wallMs += 30 * 60_000;
    expect(await letIn(gate, '2.0.0')).toBe('2.0.0');
    await world.pass(60_000);
    expect([again, world.nextTimerMs()]).toEqual([1, undefined]);
  });

  test('gives way to a person at the device', async () => {
    const gate = gateWith({ hold: true });
    expect(await letIn(gate, '2.0.0')).toBeUndefined();
    await gate.consent('p');
    expect(await letIn(gate, '2.0.0')).toBe('2.0.0');
  });

  test('an agent that stops looks no further', async () => {
    const gate = gateWith({ hold: true });
    await letIn(gate, '2.0.0');
    gate.stop();
    await letIn(gate, '2.0.0');
    expect(world.nextTimerMs()).toBeUndefined();
  });

  test('in a time zone that is none is refused in agent.yaml', () => {
    expect(() => gateWith({ hold: { from: '06:00', to: '10:00', zone: 'Atlantis' } })).toThrow(/time zone/);
  });
});
