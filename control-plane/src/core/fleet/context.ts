import type { ActorPorts } from '../../ports.ts';
import { readMeta, writeMeta } from '../migrate.ts';

/** What the fleet's parts share: the ports. Every function that writes runs inside the actor's transaction. */
export type FleetContext = Pick<ActorPorts, 'sql' | 'crypto' | 'now' | 'random'>;

/** Counts a named number up by one and returns it: plan and policy generations, orders. */
export function nextNumber(context: FleetContext, name: string): number {
  const next = Number(readMeta(context.sql, name) ?? 0) + 1;
  writeMeta(context.sql, name, next);
  return next;
}

/** Where a named number stands. */
export function currentNumber(context: FleetContext, name: string): number {
  return Number(readMeta(context.sql, name) ?? 0);
}
