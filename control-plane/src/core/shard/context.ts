import type { ShardPorts } from '../../ports.ts';

/** What a shard's parts share: the ports. Every function that writes runs inside the actor's transaction. */
export type ShardContext = Pick<ShardPorts, 'sql' | 'crypto' | 'now' | 'random' | 'inflate'>;

/** The counters that live with the rows they count, so that they survive whatever ends the process. */
export const COUNTERS = [
  'results_ingested',
  'results_duplicate',
  'results_quarantined',
  'results_expired',
  'alerts_ingested',
  'alerts_expired',
  'blocks_ingested',
  'blocks_quarantined',
  'blocks_refused',
  'blocks_expired',
  'epoch_conflicts',
  'epochs_resumed',
  'sketches_refused',
  'samples_refused',
  'webhooks_delivered',
  'webhooks_failed',
  'reversions_disbelieved',
] as const;
export type CounterName = (typeof COUNTERS)[number];

/** Adds to a counter. */
export function count(context: ShardContext, name: CounterName, by: number): void {
  if (by === 0) return;
  context.sql.run(
    'INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    name,
    by,
  );
}

/** Every counter. */
export function readCounters(context: ShardContext): Record<CounterName, number> {
  const rows = context.sql.all<{ name: CounterName; value: number }>('SELECT name, value FROM counter');
  const values = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<CounterName, number>;
  for (const { name, value } of rows) values[name] = value;
  return values;
}
