import type { Agent } from '@skerry/agent/agent';
import type { Clock, Store, Transport } from '@skerry/agent/ports';
import type { Sql } from '@skerry/control-plane/ports';

type Ingest = Agent['ingest'];

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
