import type { Clock, Store, Transport } from '@skerry/agent/ports';
import type { Sql } from '@skerry/control-plane/ports';

type Ingest = (topic: string, payload: Uint8Array, done: (error?: Error) => void) => void;

/** A bug put around the product's ports, to see whether the simulation notices. */
export interface Plant {
  name: string;
  store?(store: Store): Store;
  clock?(clock: Clock): Clock;
  transport?(transport: Transport): Transport;
  ingest?(ingest: Ingest): Ingest;
  /** Of the control plane's shard. */
  sql?(sql: Sql): Sql;
}
