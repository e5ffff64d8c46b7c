import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Transport } from '../ports.ts';

/**
 * The Transport port over `fetch`. Silence of `idleMs` ends an exchange, before the answer or within its body.
 * Redirects are handed to the caller and never followed: a captive portal must not get the agent's token. Rejects
 * with SkerryError `unavailable`.
 */
export function createFetchTransport(options: { idleMs?: number } = {}): Transport {
  const idleMs = options.idleMs ?? 30_000;
  return async (request) => {
    const silence = createSilence(idleMs);
    try {
      const signal = AbortSignal.any([request.signal, silence.signal]);
      const response = await fetch(request, { signal, redirect: 'manual' });
      if (!response.body) {
        silence.end();
        return response;
      }
      return new Response(watched(response.body, silence), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (cause) {
      silence.end();
      throw new SkerryError('unavailable', reason(cause), { cause });
    }
  };
}

interface Silence {
  signal: AbortSignal;
  heard(): void;
  end(): void;
}

function createSilence(idleMs: number): Silence {
  const abort = new AbortController();
  const arm = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => abort.abort(new SkerryError('unavailable', `silent for ${idleMs} ms`)), idleMs);
  let timer = arm();
  return {
    signal: abort.signal,
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

/** Node says "fetch failed" and hides why in the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const text = cause === undefined ? messageOf(error) : messageOf(cause);
  return typeof code === 'string' && !text.includes(code) ? `${code} ${text}`.trim() : text;
}
