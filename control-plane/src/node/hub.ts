import type { Changes, Notifier, Timers, Topic } from '../ports.ts';

/** A connected agent's wake socket. */
export interface WakeSocket {
  wake(): void;
  /** The agent has too many: the oldest goes. */
  close(): void;
}

export interface Hub extends Notifier, Changes {
  /** Adds a connected agent; the returned function takes it away. */
  connect(agent: string, socket: WakeSocket): () => void;
  connected(): number;
}

/** Agents woken at a time, and how long until the next: those that come together are no more than a shard can take. */
const WAKE_AT_ONCE = 100;
const WAKE_PAUSE_MS = 1_000;
/** An agent has one; some may be left of connections that died without a word. */
const SOCKETS_PER_AGENT = 8;

/**
 * Who is connected to this process: agents' wake sockets, and consoles' live streams. Wakes are spread: a hundred
 * agents at once, the others a second later each hundred; an agent that waits already is woken once.
 */
export function createHub(timers: Timers): Hub {
  const sockets = new Map<string, Set<WakeSocket>>();
  const listeners = new Set<(topic: Topic) => void>();
  const waiting = new Set<string>();
  let pausing = false;
  const drain = (): void => {
    pausing = false;
    let left = WAKE_AT_ONCE;
    for (const agent of waiting) {
      if (left-- === 0) break;
      waiting.delete(agent);
      for (const socket of sockets.get(agent) ?? []) socket.wake();
    }
    if (waiting.size === 0) return;
    pausing = true;
    timers.after(WAKE_PAUSE_MS, drain);
  };
  return {
    wakeAgents(agents) {
      for (const agent of agents === 'all' ? sockets.keys() : agents)
        if (sockets.has(agent)) waiting.add(agent);
      if (!pausing) drain();
    },
    changed(topic) {
      for (const listener of listeners) listener(topic);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connect(agent, socket) {
      const held = sockets.get(agent) ?? new Set();
      const [oldest] = held;
      if (oldest && held.size >= SOCKETS_PER_AGENT) {
        held.delete(oldest);
        oldest.close();
      }
      held.add(socket);
      sockets.set(agent, held);
      return () => {
        held.delete(socket);
        if (held.size > 0 || sockets.get(agent) !== held) return;
        sockets.delete(agent);
        waiting.delete(agent);
      };
    },
    connected: () => sockets.size,
  };
}
