/**
 * A gateway without a link gives a release back by itself, and proves it when the link is back: real agents, a real control
 * plane, HTTP on loopback between them.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ControlPlane } from './support/control-plane.ts';
import { Fleet } from './support/fleet.ts';
import { scratchFolder } from './support/scratch.ts';
import { until } from './support/until.ts';

const TEST_MS = 120_000;

let controlPlane: ControlPlane;
let fleet: Fleet;

beforeAll(async () => {
  const folder = scratchFolder();
  controlPlane = await ControlPlane.create(folder);
  await controlPlane.start();
  fleet = await Fleet.start(folder, controlPlane, 2);
}, TEST_MS);

afterAll(async () => {
  await fleet?.stop();
  await controlPlane?.stop();
}, TEST_MS);

interface AgentView {
  pipelines: { release: string; state: string; error: string }[];
  reversions: { digest: string; pipeline: string; reason: string; proof: string }[];
}

test(
  'past its error rate a release is given back without a network; the control plane verifies it and leaves it at that',
  async () => {
    const stages = [{ name: 'all', agents: '100%' }];
    const first = await fleet.rollOut(await fleet.push('1.0.0', 'good'), { stages });
    await first.until('to complete', ({ status }) => status === 'completed');
    const second = await fleet.push('1.1.0', 'failing', '{ errorRate: 5% }');
    const rollout = await fleet.rollOut(second, { stages });
    await rollout.until('to complete', ({ status }) => status === 'completed');

    const [away] = fleet.gateways;
    away!.cut();
    fleet.underLoad = true;
    await until('the gateway to go back', async () => {
      await fleet.work();
      return away!.pipeline.release === 'gauge@1.0.0';
    });
    expect(away!.pipeline.error).toMatch(/^errorRate: [\d.]+% of the last \d+ windows, allowed 5%$/);
    away!.mend();
    const view = await until('the control plane to know', async () => {
      await fleet.work();
      const told = await controlPlane.get<AgentView>(`agents/${away!.id}`);
      return told.reversions.length > 0 && told;
    });
    expect(view.reversions).toEqual([
      expect.objectContaining({ pipeline: 'gauge', proof: 'verified', reason: away!.pipeline.error }),
    ]);
    // It is still what the rollout that completed wishes, and isn't taken again.
    for (let i = 0; i < 5; i++) await fleet.work();
    expect(away!.pipeline.release).toBe('gauge@1.0.0');
  },
  TEST_MS,
);
