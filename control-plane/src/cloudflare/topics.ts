/**
 * Live notices without a process that everybody shares: each object counts its own changes, and whoever streams
 * `/api/v1/events` asks the objects every two seconds while somebody watches.
 */
import type { Changes, Timers, Topic } from '../ports.ts';
import type { TopicVersions } from './platform.ts';

const POLL_MS = 2_000;

/** The change counters of one object. They begin anew after an eviction, which a poller sees as a change. */
export class TopicCounter {
  readonly #versions = new Map<Topic, number>();

  changed(topic: Topic): void {
    this.#versions.set(topic, Math.max((this.#versions.get(topic) ?? 0) + 1, Date.now()));
  }

  versions(): TopicVersions {
    return Object.fromEntries(this.#versions) as TopicVersions;
  }
}

/** The Changes port by polling. `ask` returns every object's versions, in a fixed order. */
export function pollChanges(ask: () => Promise<TopicVersions[]>, timers: Timers): Changes {
  return {
    subscribe(listener) {
      let seen: TopicVersions[] | undefined;
      let cancel = (): void => undefined;
      let ended = false;
      const poll = async (): Promise<void> => {
        // An object that is being moved can't be asked for a moment: the next poll finds what this one missed.
        const versions = await ask().catch(() => undefined);
        if (ended) return;
        if (versions && seen) for (const topic of differing(seen, versions)) listener(topic);
        seen = versions ?? seen;
        cancel = timers.after(POLL_MS, () => void poll());
      };
      void poll();
      return () => {
        ended = true;
        cancel();
      };
    },
  };
}

function differing(before: readonly TopicVersions[], now: readonly TopicVersions[]): Set<Topic> {
  const topics = new Set<Topic>();
  now.forEach((versions, i) => {
    for (const [topic, version] of Object.entries(versions))
      if (before[i]?.[topic as Topic] !== version) topics.add(topic as Topic);
  });
  return topics;
}
