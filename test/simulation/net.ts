/**
 * HTTP between agents and the control plane. An exchange may lose its request or its response, come twice, be answered
 * by a stranger, or take long; an agent may be cut off for a while. Who is cut off or loses something either hears of it
 * at once (a refused connection) or never (then its own timeout has to).
 */
import type { Transport } from '@skerry/agent/ports';
import type { Random } from '@skerry/firmware-sim/random';
import type { NetworkMix } from './mix.ts';
import { exponentialMs } from './random-port.ts';
import type { Life, World } from './world.ts';

export interface Network {
  /** How a life of this agent reaches the control plane. */
  transport(agent: string, life: Life): Transport;
  /** A notice of the wake socket on its way to an agent; it may be lost. */
  notice(agent: string, deliver: () => void): void;
  /** Cuts an agent off from the control plane from now on. */
  cut(agent: string, forMs: number): void;
  /** From now on everything arrives, quickly. */
  heal(): void;
  /** Sync requests that reached the control plane. */
  readonly syncs: number;
}

const LONGEST_ECHO_MS = 60_000;

/** A network in front of `serve`, the control plane. */
export function createNetwork(
  world: World,
  random: Random,
  mix: NetworkMix,
  serve: (request: Request) => Promise<Response>,
): Network {
  return new FaultyNetwork(world, random, mix, serve);
}

interface Sent {
  agent: string;
  life: Life;
  method: string;
  url: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | undefined;
}

class FaultyNetwork implements Network {
  syncs = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #serve: (request: Request) => Promise<Response>;
  readonly #cutUntilMs = new Map<string, number>();
  #mix: NetworkMix;
  #healed = false;

  constructor(world: World, random: Random, mix: NetworkMix, serve: (request: Request) => Promise<Response>) {
    this.#world = world;
    this.#random = random;
    this.#mix = mix.faultsFromMs > 0 ? healthy(mix) : mix;
    if (mix.faultsFromMs > 0) world.quietly(mix.faultsFromMs, () => this.#begin(mix));
    this.#serve = serve;
  }

  transport(agent: string, life: Life): Transport {
    if (!this.#cutUntilMs.has(agent)) {
      this.#cutUntilMs.set(agent, 0);
      this.#planCut(agent);
    }
    return async (request) => {
      const { method, url, headers } = request;
      const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
      return new Promise((resolve, reject) => {
        this.#send({ agent, life, method, url, headers, body }, resolve, reject);
      });
    };
  }

  cut(agent: string, forMs: number): void {
    this.#cutUntilMs.set(agent, this.#world.nowMs + forMs);
    this.#world.trace.note(agent, `cut off for ${Math.round(forMs / 1000)} s`);
  }

  notice(agent: string, deliver: () => void): void {
    if (this.#isCut(agent) || this.#random.uniform() < this.#mix.loseRequest) return;
    this.#world.after(this.#delayMs(), deliver);
  }

  heal(): void {
    this.#healed = true;
    this.#mix = healthy(this.#mix);
    for (const agent of this.#cutUntilMs.keys()) this.#cutUntilMs.set(agent, 0);
  }

  #begin(mix: NetworkMix): void {
    if (this.#healed) return;
    this.#mix = mix;
    for (const agent of this.#cutUntilMs.keys()) this.#planCut(agent);
  }

  #send(sent: Sent, resolve: (response: Response) => void, reject: (error: Error) => void): void {
    const { agent, life } = sent;
    const random = this.#random;
    const answer = (settle: () => void): void => {
      this.#world.after(this.#delayMs(), () => {
        if (life.alive) settle();
      });
    };
    const fail = (what: string): void => {
      this.#world.trace.note(agent, `${path(sent)}: ${what}`);
      if (random.uniform() < 0.5) answer(() => reject(new TypeError(what)));
    };
    if (this.#isCut(agent) || random.uniform() < this.#mix.loseRequest) {
      fail('the request was lost');
      return;
    }
    if (random.uniform() < this.#mix.stranger) {
      this.#stranger(sent, (response) => answer(() => resolve(response)));
      return;
    }
    const losesResponse = random.uniform() < this.#mix.loseResponse;
    const breaksOff = random.uniform() < this.#mix.stranger / 2;
    if (random.uniform() < this.#mix.duplicate)
      this.#world.after(random.uniform() * LONGEST_ECHO_MS, () => this.#echo(sent));
    this.#world.after(this.#delayMs(), () => {
      this.#arrive(sent, 'first').then(
        ({ response, body }) => {
          if (losesResponse || this.#isCut(agent)) fail('the response was lost');
          else answer(() => resolve(new Response(breaksOff ? brokenOff(body) : body, response)));
        },
        (error: Error) => fail(error.message),
      );
    });
  }

  async #arrive(
    sent: Sent,
    time: 'first' | 'again',
  ): Promise<{ response: ResponseInit; body: Uint8Array<ArrayBuffer> }> {
    const { method, url, headers, body } = sent;
    this.#world.trace.note(sent.agent, `${path(sent)}${time === 'again' ? ' arrives again' : ''}`, body);
    if (url.endsWith('/sync')) this.syncs++;
    const request = new Request(url, { method, headers, ...(body && { body }) });
    const response = await this.#serve(request);
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.#world.trace.note(sent.agent, `${path(sent)} → ${response.status}`, bytes);
    const dated = new Headers(response.headers);
    dated.set('date', new Date(this.#world.nowMs).toUTCString());
    return { response: { status: response.status, headers: dated }, body: bytes };
  }

  // A copy that comes late: nobody waits for its response.
  #echo(sent: Sent): void {
    this.#arrive(sent, 'again').catch((error: unknown) => {
      this.#world.trace.note(sent.agent, `${path(sent)} again: ${String(error)}`);
    });
  }

  #stranger(sent: Sent, answer: (response: Response) => void): void {
    this.#world.trace.note(sent.agent, `${path(sent)}: somebody else answers`);
    const draw = this.#random.u32() % 3;
    if (draw === 0) answer(new Response('busy', { status: 503, headers: { 'retry-after': '7' } }));
    else if (draw === 1) answer(new Response('oops', { status: 500 }));
    else answer(new Response('<html>Welcome</html>', { headers: { 'content-type': 'text/html' } }));
  }

  #planCut(agent: string): void {
    const { cutEveryMs, cutForMs } = this.#mix;
    if (cutEveryMs === 0) return;
    this.#world.after(exponentialMs(this.#random, cutEveryMs), () => {
      if (this.#mix.cutEveryMs === 0) return;
      this.cut(agent, exponentialMs(this.#random, cutForMs));
      this.#planCut(agent);
    });
  }

  #isCut(agent: string): boolean {
    return this.#world.nowMs < (this.#cutUntilMs.get(agent) ?? 0);
  }

  #delayMs(): number {
    return this.#mix.delayMs * (0.5 + this.#random.uniform());
  }
}

/** The same network with nothing that goes wrong. */
function healthy(mix: NetworkMix): NetworkMix {
  return { ...mix, delayMs: 5, loseRequest: 0, loseResponse: 0, duplicate: 0, stranger: 0, cutEveryMs: 0 };
}

function path({ method, url }: Sent): string {
  return `${method} ${new URL(url).pathname}`;
}

/** Half of a body, and then an error, as when a connection is reset. */
function brokenOff(body: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (body.length > 1) controller.enqueue(body.slice(0, body.length >> 1));
      controller.error(new TypeError('terminated'));
    },
  });
}
