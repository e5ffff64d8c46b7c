/**
 * Server-sent events over fetch, because EventSource sends no Authorization header. An event names the topics that have
 * changed; what they are now is asked for as ever. While the stream is down, everything is asked for again every few
 * seconds, and the state says so.
 *
 *     event: changed
 *     data: {"topics":["results","agents"]}        →  "results", "agents"
 */
import type { Topic } from '../../src/ports.ts';
import type { Api } from './api.ts';
import { type Cell, createCell } from './cell.ts';

/** connecting: not yet · live: changes arrive by themselves · reconnecting: asked for by the clock meanwhile. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

export interface Live {
  readonly state: Cell<LiveState>;
  /** Connects, and stays connected until the returned function is called. */
  start(): () => void;
}

const POLL_MS = 5_000;
const BACKOFF_MAX_MS = 15_000;
/** Without a byte for so long (heartbeats included) the connection is taken for dead. */
const SILENCE_MS = 60_000;

/** `changed` is called with a topic, or with undefined where anything may have changed. */
export function createLive(api: Api, changed: (topic: Topic | undefined) => void): Live {
  const state = createCell<LiveState>('connecting');
  async function run(stopped: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopped.aborted) {
      const connection = new AbortController();
      const stop = (): void => connection.abort();
      stopped.addEventListener('abort', stop, { once: true });
      try {
        const stream = await api.stream('/api/v1/events', connection.signal);
        failures = 0;
        state.set('live');
        // What changed while nobody listened isn't told again.
        changed(undefined);
        await read(stream, stop, changed);
      } catch {
        // Whatever ended it, the answer is the same: say so, wait, try again.
        failures++;
      }
      stopped.removeEventListener('abort', stop);
      if (stopped.aborted) return;
      state.set('reconnecting');
      await pause(Math.min(BACKOFF_MAX_MS, 500 * 2 ** failures) * (0.7 + 0.6 * Math.random()), stopped);
    }
  }
  return {
    state,
    start() {
      const stop = new AbortController();
      const polling = setInterval(() => {
        if (state.get() !== 'live') changed(undefined);
      }, POLL_MS);
      state.set('connecting');
      void run(stop.signal);
      return () => {
        clearInterval(polling);
        stop.abort();
      };
    },
  };
}

async function read(
  stream: ReadableStream<Uint8Array>,
  silent: () => void,
  changed: (topic: Topic) => void,
): Promise<void> {
  const reader = stream
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .getReader();
  let pending = '';
  for (;;) {
    const watchdog = setTimeout(silent, SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
    if (done) return;
    const blocks = (pending + value).replaceAll('\r\n', '\n').split('\n\n');
    pending = blocks.pop() ?? '';
    for (const topic of blocks.flatMap(topicsOf)) changed(topic);
  }
}

const TOPICS: readonly string[] = [
  'agents',
  'rollouts',
  'releases',
  'policies',
  'results',
  'alerts',
  'drift',
  'samples',
] satisfies Topic[];

/** The topics of one event's lines; none for comments, heartbeats and events that this console doesn't know. */
export function topicsOf(block: string): Topic[] {
  const data = /^data: ?(.*)$/m.exec(block)?.[1];
  if (data === undefined || !/^event: ?changed$/m.test(block)) return [];
  const { topics = [] } = JSON.parse(data) as { topics?: string[] };
  return topics.filter((topic): topic is Topic => TOPICS.includes(topic));
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
