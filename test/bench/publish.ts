/** Has a process of its own publish one round (publisher.ts). */
import { join } from 'node:path';
import { startScript } from '../e2e/support/program.ts';
import type { Load } from './load.ts';

/** What publisher.ts is told to do. */
export interface Order {
  port: number;
  way: 'bulk' | 'trickle' | 'paced';
  qos: 0 | 1;
  load: Load;
  /** Paced: messages a second. */
  perSecond?: number;
}

/** What a round prints; waits in milliseconds. */
export interface Published {
  beganMs: number;
  endedMs: number;
  p50Ms: number;
  p99Ms: number;
}

/** Resolves once everything is acknowledged; rejects where the publisher fails. */
export async function publish(order: Order): Promise<Published> {
  const script = join(import.meta.dirname, 'publisher.ts');
  const { code, stdout, stderr } = await startScript(script, [JSON.stringify(order)]).ended;
  if (code !== 0) throw new Error(`the publisher ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Published;
}
