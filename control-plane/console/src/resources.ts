/**
 * The server's answers, held by path: each says which topics change it, is asked for again when one does (at most once
 * in a while), and keeps its last value meanwhile, so that nothing flickers. An answer equal to the one held changes
 * nothing, not even identity. At most MAX_ENTRIES are held; what no page shows goes first.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Topic } from '../../src/ports.ts';
import { errorLine } from './api.ts';

export interface Resource<T> {
  data: T | undefined;
  /** Why the last attempt failed, one line; the data, if any, is then from before. */
  error: string | undefined;
}

interface Entry {
  path: string;
  topics: readonly Topic[];
  text: string | undefined;
  state: Resource<unknown>;
  listeners: Set<() => void>;
  busy: boolean;
  again: boolean;
  /** Not asked for again before. */
  restUntilMs: number;
}

export interface Resources {
  /** Shows a path from now on; the returned function ends that. */
  watch(path: string, topics: readonly Topic[], listener: () => void): () => void;
  read(path: string): Resource<unknown> | undefined;
  /** Asks again for one path that is shown. */
  refresh(path: string): void;
  /** Asks again for what a topic changes; undefined: for everything. */
  changed(topic: Topic | undefined): void;
  clear(): void;
}

const MAX_ENTRIES = 300;
const MIN_INTERVAL_MS = 1_000;

/** What the answers are got with. */
export interface ResourcePorts {
  /** Fetches a path. */
  load(path: string): Promise<string>;
  /** Monotonic. */
  nowMs(): number;
  pause(ms: number): Promise<void>;
}

/** The answers of one browser window. */
export function createResources({ load, nowMs, pause }: ResourcePorts): Resources {
  const entries = new Map<string, Entry>();
  async function refresh(entry: Entry): Promise<void> {
    if (entry.busy) {
      entry.again = true;
      return;
    }
    entry.busy = true;
    const waitMs = entry.restUntilMs - nowMs();
    if (waitMs > 0) await pause(waitMs);
    entry.again = false;
    const startedMs = nowMs();
    try {
      const text = await load(entry.path);
      if (text !== entry.text || entry.state.error !== undefined) {
        const data: unknown = text === entry.text ? entry.state.data : JSON.parse(text);
        entry.text = text;
        publish(entry, { data, error: undefined });
      }
    } catch (error) {
      publish(entry, { data: entry.state.data, error: errorLine(error) });
    }
    // What takes long is asked for less often: a large fleet is never kept busy by its audience.
    entry.restUntilMs = startedMs + Math.max(MIN_INTERVAL_MS, 4 * (nowMs() - startedMs));
    entry.busy = false;
    if (entry.again && entry.listeners.size > 0) void refresh(entry);
  }
  function trim(): void {
    for (const [path, entry] of entries) {
      if (entries.size <= MAX_ENTRIES) return;
      if (entry.listeners.size === 0) entries.delete(path);
    }
  }
  return {
    watch(path, topics, listener) {
      let entry = entries.get(path);
      if (!entry) {
        entry = createEntry(path, topics);
        entries.set(path, entry);
        trim();
      }
      const held = entry;
      held.listeners.add(listener);
      if (held.listeners.size === 1) void refresh(held);
      return () => held.listeners.delete(listener);
    },
    read: (path) => entries.get(path)?.state,
    refresh(path) {
      const entry = entries.get(path);
      if (entry && entry.listeners.size > 0) void refresh(entry);
    },
    changed(topic) {
      for (const entry of entries.values())
        if (entry.listeners.size > 0 && concerns(entry, topic)) void refresh(entry);
    },
    clear: () => entries.clear(),
  };
}

// Whatever may have changed has topics; what never does is asked for again only where it failed.
function concerns(entry: Entry, topic: Topic | undefined): boolean {
  if (topic !== undefined) return entry.topics.includes(topic);
  return entry.topics.length > 0 || entry.state.error !== undefined;
}

function createEntry(path: string, topics: readonly Topic[]): Entry {
  const state = { data: undefined, error: undefined };
  const listeners = new Set<() => void>();
  return {
    path,
    topics,
    text: undefined,
    state,
    listeners,
    busy: false,
    again: false,
    restUntilMs: -Infinity,
  };
}

function publish(entry: Entry, state: Resource<unknown>): void {
  entry.state = state;
  for (const listener of [...entry.listeners]) listener();
}

const NOTHING: Resource<unknown> = { data: undefined, error: undefined };

/**
 * A path's answer, kept up to date while the component stands. Undefined paths ask for nothing. `version` is for what
 * another answer already tells: it is asked for again when that changes, and not at every event.
 */
export function useResourceOf<T>(
  resources: Resources,
  path: string | undefined,
  topics: readonly Topic[],
  version?: number | string,
): Resource<T> {
  const [, redraw] = useState(0);
  // Topics are literals at every call: their words, not their array, are what they are.
  const names = topics.join(' ');
  useEffect(() => {
    if (path === undefined) return undefined;
    return resources.watch(path, names.split(' ').filter(Boolean) as Topic[], () => redraw((n) => n + 1));
  }, [resources, path, names]);
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version || path === undefined) return;
    seen.current = version;
    resources.refresh(path);
  }, [resources, path, version]);
  return (path === undefined ? NOTHING : (resources.read(path) ?? NOTHING)) as Resource<T>;
}
