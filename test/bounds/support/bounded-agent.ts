/** A real agent that is harried, and what it takes in memory while it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { AgentProcess, type ConfigParts, pumpPipeline } from '../../e2e/support/agent.ts';
import { CATALOG } from '../../e2e/support/control-plane.ts';
import { scratchFolder } from '../../e2e/support/scratch.ts';

/** What agent/README.md promises beside the models, which are small here. */
export const CEILING_MIB = 768;

const started: AgentProcess[] = [];
afterAll(() => Promise.all(started.map((agent) => agent.stop())));

/** An agent with the pump's pipeline, started; it ends after the tests of the file that asked for it. */
export async function startBounded(parts: ConfigParts = {}): Promise<{ agent: AgentProcess; port: number }> {
  const agent = await AgentProcess.create(scratchFolder(), 'bounded', {
    trust: { allowUnsigned: true },
    inference: { choose: 'first' },
    pipelines: [pumpPipeline(`file:${join(CATALOG, 'pump-anomaly/1.0.0')}`)],
    ...parts,
  });
  started.push(agent);
  await agent.start();
  return { agent, port: Number(new URL(agent.mqttUrl).port) };
}

/** The agent runs, and never took more memory than it promises. */
export function expectBounded(agent: AgentProcess): void {
  expect(agent.running, agent.log).toBe(true);
  expect(peakMib(agent.pid)).toBeLessThan(CEILING_MIB);
}

/** The most that a process ever held in physical memory. */
function peakMib(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
