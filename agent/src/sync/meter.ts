/**
 * The byte budget around the transport: everything towards the control plane (enrolment, tokens, sync, metadata,
 * releases) is counted both ways, headers included; TLS and TCP are counted roughly.
 *
 * What is left is kept durably before a request leaves (`i/budget`), so a restart, or a loop of them, gains nothing;
 * only a new database begins with a full bucket. A kill in the middle of an answer forgets what of it had arrived.
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Clock, Log, Store, Transport, Wake } from '../ports.ts';
import { ByteBudget, type MeterSettings } from './byte-budget.ts';

const KEY = 'i/budget';
/** Acknowledgements of TCP, its own and TLS' headers, and a handshake now and then. */
const EXCHANGE_BYTES = 512;
const PACKET_SHARE = 0.05;
/** What connecting the wake socket takes, and TLS and pings for the quarter of an hour that it lives. */
const ATTEMPT_BYTES = 1024;
const SOCKET_BYTES = 7 * 1024;
/** Where four sockets an hour would take more than this, there is none, and the pace of exchanges alone is kept. */
const SOCKETS_SHARE = 0.1;

export interface Meter {
  readonly budget: ByteBudget;
  /** Counts what passes. Rejects with SkerryError unavailable where nothing is left for this kind. */
  transport(kind: 'state' | 'bulk', inner: Transport): Transport;
  /** Counts each connection of the wake socket, which leaves the reserve alone. */
  wake(inner: Wake): Wake;
}

/** Opens the budget with what was left of it. */
export async function openMeter(
  settings: MeterSettings,
  { store, clock, log }: { store: Store; clock: Clock; log: Log },
): Promise<Meter> {
  const kept = await store.get(KEY);
  const held = kept === undefined ? Number.POSITIVE_INFINITY : Number(fromUtf8(kept));
  // What can't be read says nothing about what was left: nothing, then.
  const budget = new ByteBudget(settings, clock, Number.isNaN(held) ? 0 : held);

  const keep = async (): Promise<void> => {
    const value = utf8(`${Math.floor(budget.level)}`);
    try {
      await store.batch([{ type: 'put', key: KEY, value }], { sync: true });
    } catch (error) {
      // Sync is what makes room on a full disk; it must not wait for it.
      log('warn', 'meter', `what is left of the byte budget can't be kept: ${messageOf(error)}`);
    }
  };

  return {
    budget,
    transport: (kind, inner) => async (request) => {
      refuseEmpty(budget, kind);
      budget.spend(EXCHANGE_BYTES + requestBytes(request, await bodyBytes(request)));
      await keep();
      const response = await inner(request);
      budget.spend(headerBytes(response.headers));
      return response.body ? counted(response, response.body, budget) : response;
    },
    wake: (inner) => ({
      connect(url, accessToken, onWake) {
        if (4 * (ATTEMPT_BYTES + SOCKET_BYTES) > SOCKETS_SHARE * settings.bytesPerHour)
          return () => undefined;
        let isConnecting = false;
        const admit = async (): Promise<string> => {
          refuseEmpty(budget, 'bulk');
          budget.spend(ATTEMPT_BYTES);
          await keep();
          isConnecting = true;
          return accessToken();
        };
        return inner.connect(url, admit, () => {
          // The first notice of a connection says that it is one.
          if (isConnecting) budget.spend(SOCKET_BYTES);
          isConnecting = false;
          onWake();
        });
      },
    }),
  };
}

function refuseEmpty(budget: ByteBudget, kind: 'state' | 'bulk'): void {
  if ((kind === 'bulk' ? budget.bulk : budget.level) > 0) return;
  const waitS = Math.ceil(budget.waitMs(kind, 1) / 1000);
  throw new SkerryError('unavailable', `the byte budget of the metered link is used up for ${waitS} s`, {
    hint: 'raise controlPlane.metered.bytesPerHour if the tariff allows',
  });
}

function counted(response: Response, body: ReadableStream<Uint8Array>, budget: ByteBudget): Response {
  const reader = body.getReader();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      budget.spend(value.length * (1 + PACKET_SHARE));
      controller.enqueue(value);
    },
    cancel: (why) => reader.cancel(why),
  });
  const { status, statusText, headers } = response;
  return new Response(stream, { status, statusText, headers });
}

async function bodyBytes(request: Request): Promise<number> {
  return request.body ? (await request.clone().arrayBuffer()).byteLength : 0;
}

function requestBytes(request: Request, sentBytes: number): number {
  return request.url.length + headerBytes(request.headers) + sentBytes * (1 + PACKET_SHARE);
}

function headerBytes(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes;
}
