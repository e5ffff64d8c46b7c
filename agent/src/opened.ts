/** What an agent reads from its store before it is assembled. */
import type { AgentOptions } from './agent-options.ts';
import { Captures } from './capture/captures.ts';
import type { AgentConfig } from './config.ts';
import { EvidenceBook } from './evidence/book.ts';
import { openOutbox } from './outbox/open.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Recovered } from './outbox/types.ts';
import { CarriedWishes } from './release/carried-wishes.ts';
import type { ServerClock } from './sync/server-clock.ts';
import { AgentTime } from './time/agent-time.ts';
import { type DesiredStore, openDesiredStore } from './twin/desired-store.ts';

export interface Opened {
  time: AgentTime;
  outbox: Outbox;
  recovered: Recovered;
  desired: DesiredStore;
  carried: CarriedWishes;
  captures: Captures;
  evidence: EvidenceBook;
}

/** What the parts ask of the agent, once there is one. */
export interface Asked {
  readonly serverClock: ServerClock | undefined;
  /** By the device key; undefined while there is none. */
  sign(message: Uint8Array): Uint8Array | undefined;
}

/** Opens the store's parts; rejects only where the store itself fails. */
export async function openParts(options: AgentOptions, agent: () => Asked | undefined): Promise<Opened> {
  const { ports, config } = options;
  const time = new AgentTime({
    clock: ports.clock,
    server: () => agent()?.serverClock,
    settings: config.clock,
    ...(options.madeMs !== undefined && { notBeforeMs: options.madeMs }),
  });
  const { outbox, recovered } = await openOutbox(ports.store, {
    ...ports,
    clock: time.clock,
    onLastKnown: (wallMs) => time.resume(wallMs),
    limits: {
      maxBytes: config.buffer.maxBytes,
      maxAgeMs: config.buffer.maxAge,
      whenFull: config.buffer.whenFull,
      durability: config.buffer.durability,
      priorityOf: priorities(config),
      repeatsKeptMs: config.limits.repeatsKept,
      maxRepeats: config.limits.maxRepeats,
    },
    ...(options.compression && { compression: options.compression }),
    ...(options.setAside !== undefined && { setAside: options.setAside }),
  });
  return {
    time,
    outbox,
    recovered,
    desired: await openDesiredStore(ports.store, ports.log),
    captures: await Captures.open(ports.store, ports.log, config.capture.maxBytes),
    carried: await CarriedWishes.open(ports.store, ports.log),
    evidence: await EvidenceBook.open({
      ...ports,
      agentId: options.agentId,
      pipelines: config.pipelines.map(({ name }) => name),
      poweredMs: () => outbox.poweredMs(),
      recent: { minWindows: config.revert.windows, withinMs: config.revert.within },
      sign: (message) => agent()?.sign(message),
    }),
  };
}

// What the agent says of itself stays longest, and so does what a pipeline left that agent.yaml no longer has.
function priorities({ pipelines }: AgentConfig): (pipeline: string) => number {
  const byName = new Map(pipelines.map(({ name, priority }) => [name, priority]));
  const highest = Math.max(...byName.values());
  return (pipeline) => byName.get(pipeline) ?? highest;
}
