import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { Topic } from '../ports.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';

const HEARTBEAT_MS = 15_000;
const GATHER_MS = 100;
/** A stream ends then, and its reader comes again with a token that is looked at again. */
const MAX_AGE_MS = 3_600_000;
const MAX_STREAMS = 1_000;

/**
 * `/api/v1/events`: server-sent events that name what has changed, and nothing more:
 *
 *   event: changed
 *   data: {"topics":["results","agents"]}
 *
 * Topics are gathered for a tenth of a second, each at most once: a slow reader holds back a set of eight names.
 */
export function eventRoutes(api: Api, deps: AppDeps): void {
  let open = 0;
  api.add(
    { method: 'GET', path: '/events', summary: 'Live notices (server-sent events)', role: 'viewer' },
    async ({ c }) => {
      const headers = {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      };
      // Nobody would read or end the stream behind a HEAD.
      if (c.req.method === 'HEAD') return new Response(null, { headers });
      if (open >= MAX_STREAMS)
        throw new SkerryError('unavailable', `${open} consoles are listening already, the most at a time`);
      open++;
      return new Response(
        eventStream(deps, c.req.raw.signal, () => open--),
        { headers },
      );
    },
  );
}

function eventStream(deps: AppDeps, signal: AbortSignal, ended: () => void): ReadableStream<Uint8Array> {
  const waiting = new Set<Topic>();
  let stop = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string): void => controller.enqueue(utf8(text));
        let gathering: (() => void) | undefined;
        let heart: () => void;
        const flush = (): void => {
          gathering = undefined;
          if (waiting.size === 0) return;
          if ((controller.desiredSize ?? 0) <= 0) {
            gathering = deps.timers.after(GATHER_MS, flush);
            return;
          }
          send(`event: changed\ndata: ${JSON.stringify({ topics: [...waiting] })}\n\n`);
          waiting.clear();
        };
        const beat = (): void => {
          if ((controller.desiredSize ?? 0) > 0) send(': still here\n\n');
          heart = deps.timers.after(HEARTBEAT_MS, beat);
        };
        const unsubscribe = deps.changes.subscribe((topic) => {
          waiting.add(topic);
          gathering ??= deps.timers.after(GATHER_MS, flush);
        });
        const cancelEnd = deps.timers.after(MAX_AGE_MS, () => {
          stop();
          controller.close();
        });
        stop = () => {
          stop = () => undefined;
          unsubscribe();
          heart();
          gathering?.();
          cancelEnd();
          ended();
        };
        signal.addEventListener('abort', () => stop());
        send(': connected\nretry: 2000\n\n');
        heart = deps.timers.after(HEARTBEAT_MS, beat);
        // It may have gone before it came this far.
        if (signal.aborted) stop();
      },
      cancel: () => stop(),
    },
    { highWaterMark: 16 },
  );
}
