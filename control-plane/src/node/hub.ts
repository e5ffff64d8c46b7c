import type { Changes, Notifier, Topic } from '../ports.ts';

/** A connected agent's wake socket. */
export interface WakeSocket {
  wake(): void;
}

export interface Hub extends Notifier, Changes {
  /** Adds a connected agent; the returned function takes it away. */
  connect(agent: string, socket: WakeSocket): () => void;
  connected(): number;
}

/** Who is connected to this process: agents' wake sockets, and consoles' live streams. */
export function createHub(): Hub {
  const sockets = new Map<string, Set<WakeSocket>>();
  const listeners = new Set<(topic: Topic) => void>();
  const wake = (agent: string): void => {
    for (const socket of sockets.get(agent) ?? []) socket.wake();
  };
  return {
    wakeAgents(agents) {
      for (const agent of agents === 'all' ? sockets.keys() : agents) wake(agent);
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
      held.add(socket);
      sockets.set(agent, held);
      return () => {
        held.delete(socket);
        if (held.size === 0 && sockets.get(agent) === held) sockets.delete(agent);
      };
    },
    connected: () => sockets.size,
  };
}
