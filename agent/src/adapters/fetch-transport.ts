import { SkerryError } from '@skerry/proto/errors';
import type { Transport } from '../ports.ts';
import { networkReason } from './network-error.ts';
import { systemClock } from './system-clock.ts';

/**
 * The Transport port over `fetch`. Silence of `idleMs` within an answer ends it; how long the answer may take to begin
 * is for whoever asks, who knows what goes up. Redirects are handed to the caller and never followed: a captive portal
 * must not get the agent's token. Rejects with SkerryError `unavailable`.
 */
export function createFetchTransport(options: { idleMs?: number; wallMs?: () => number } = {}): Transport {
  const { idleMs = 30_000, wallMs = systemClock.wallMs } = options;
  return async (request) => {
    const abort = new AbortController();
    const signal = AbortSignal.any([request.signal, abort.signal]);
    const response = await fetch(request, { signal, redirect: 'manual' }).catch((cause: unknown) => {
      throw new SkerryError('unavailable', networkReason(cause, wallMs()), { cause });
    });
    if (!response.body) return response;
    return new Response(watched(response.body, createSilence(idleMs, abort)), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

interface Silence {
  heard(): void;
  end(): void;
}

function createSilence(idleMs: number, abort: AbortController): Silence {
  const arm = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => abort.abort(new SkerryError('unavailable', `silent for ${idleMs} ms`)), idleMs);
  let timer = arm();
  return {
    heard() {
      clearTimeout(timer);
      timer = arm();
    },
    end: () => clearTimeout(timer),
  };
}

function watched(body: ReadableStream<Uint8Array>, silence: Silence): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          silence.end();
          controller.close();
        } else {
          silence.heard();
          controller.enqueue(value);
        }
      } catch (error) {
        silence.end();
        controller.error(error);
      }
    },
    async cancel(why) {
      silence.end();
      await reader.cancel(why);
    },
  });
}
