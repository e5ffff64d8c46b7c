/**
 * The wake socket over the WebSocket that Node 24, browsers and Workers have. It can set no headers, so the access
 * token travels as a subprotocol:
 *
 *   Sec-WebSocket-Protocol: skerry.v1, bearer.<access token>
 *
 * The server answers with `skerry.v1`. Any message means "there is something for you"; its content is not read.
 */
import { messageOf } from '@skerry/proto/errors';
import type { Log, Random, Timers, Wake } from '../ports.ts';

/** Reconnection: full jitter over a doubling ceiling, and a fresh connection now and then. */
export interface WsWakeOptions {
  timers: Timers;
  random: Random;
  log: Log;
  /** First ceiling of the pause before reconnecting. */
  minBackoffMs?: number;
  maxBackoffMs?: number;
  /** A connection older than this is renewed: one that died without a word would never wake anybody. */
  maxAgeMs?: number;
  /** For connecting: a portal that takes connections and says nothing isn't waited for. */
  handshakeMs?: number;
}

/** One that was cut sooner counts as a failure: what accepts and closes at once isn't asked in a tight loop. */
const SETTLED_MS = 60_000;

/** The Wake port. A notice is also given after every connect, since what came before it was missed. */
export function createWsWake(options: WsWakeOptions): Wake {
  return {
    connect(url, accessToken, onWake) {
      const loop = new WakeLoop(options, url.replace(/^http/, 'ws'), accessToken, onWake);
      loop.open();
      return () => loop.close();
    },
  };
}

class WakeLoop {
  readonly #options: WsWakeOptions;
  readonly #url: string;
  readonly #accessToken: () => Promise<string>;
  readonly #onWake: () => void;
  #closed = false;
  #failures = 0;
  #socket: WebSocket | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(options: WsWakeOptions, url: string, accessToken: () => Promise<string>, onWake: () => void) {
    this.#options = options;
    this.#url = url;
    this.#accessToken = accessToken;
    this.#onWake = onWake;
  }

  /** Starts one attempt; whatever ends it leads to #retry. */
  open(): void {
    this.#accessToken().then(
      (token) => {
        if (!this.#closed) this.#connect(token);
      },
      (error: unknown) => this.#retry(messageOf(error)),
    );
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    this.#socket?.close();
  }

  #connect(token: string): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url, ['skerry.v1', `bearer.${token}`]);
    } catch (error) {
      this.#retry(messageOf(error)); // a URL or token that no WebSocket takes
      return;
    }
    this.#socket = socket;
    const { maxAgeMs = 15 * 60_000, handshakeMs = 30_000, random } = this.#options;
    this.#after(handshakeMs, () => socket.close());
    socket.onopen = () => {
      this.#onWake();
      // Spread over the last fifth, so that a fleet doesn't come back at one instant.
      const ageMs = maxAgeMs * (0.8 + 0.2 * random.unit());
      this.#after(SETTLED_MS, () => {
        this.#failures = 0;
        this.#after(ageMs - SETTLED_MS, () => socket.close());
      });
    };
    socket.onmessage = () => this.#onWake();
    // Every failure is followed by `close`, which says more.
    socket.onclose = (event) => this.#retry(`closed with ${event.code} ${event.reason}`.trim());
  }

  #retry(why: string): void {
    if (this.#closed) return;
    this.#socket = undefined;
    const { minBackoffMs = 1_000, maxBackoffMs = 5 * 60_000, random, log } = this.#options;
    const ceilingMs = Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(this.#failures++, 30));
    const pauseMs = ceilingMs * random.unit();
    log('debug', 'wake', `socket is down: ${why}`, { retryInMs: Math.round(pauseMs) });
    this.#after(pauseMs, () => this.open());
  }

  /** The one timer: of connecting, of an open connection, or until the next. */
  #after(delayMs: number, fn: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.timers.after(delayMs, fn);
  }
}
