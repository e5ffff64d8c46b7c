/** The HTTP API as the console uses it: bearer token in, JSON or one plain line of error out. */
import type { Session } from './session.ts';

/** An answer that is no success: RFC 9457's fields, or what the network said. */
export class ApiError extends Error {
  /** 0 where there was no answer at all. */
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.hint = hint;
  }
}

export interface Api {
  /** Throws ApiError. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  text(path: string): Promise<string>;
  bytes(path: string): Promise<Uint8Array>;
  /** The live stream's body; aborted by `signal`. */
  stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Milliseconds since the epoch by the server's clock, as far as its answers told. */
  serverNowMs(): number;
}

/** Builds the API over `fetch`. `base` is where the control plane stands, without a slash at its end. */
export function createApi(base: string, session: Session): Api {
  let offsetMs = 0;
  async function call(path: string, init: RequestInit & { accept: string }): Promise<Response> {
    const token = session.token();
    const headers = new Headers(init.headers);
    headers.set('accept', init.accept);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, { ...init, headers, cache: 'no-store', credentials: 'omit' });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new ApiError(
        0,
        'the control plane does not answer',
        'check that it runs and that the network is up',
      );
    }
    const date = Date.parse(response.headers.get('date') ?? '');
    if (Number.isFinite(date)) offsetMs = settle(offsetMs, date - Date.now());
    if (response.ok) return response;
    if (response.status === 401 && token !== undefined && token === session.token()) session.expire();
    throw await problem(response);
  }
  return {
    get: async (path) => (await call(path, { accept: 'application/json' })).json(),
    async post<T>(path: string, body?: unknown): Promise<T> {
      const response = await call(path, {
        method: 'POST',
        accept: 'application/json',
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify(body ?? {}),
      });
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    text: async (path) => (await call(path, { accept: 'text/plain' })).text(),
    bytes: async (path) =>
      new Uint8Array(await (await call(path, { accept: 'application/octet-stream' })).arrayBuffer()),
    async stream(path, signal) {
      const response = await call(path, { accept: 'text/event-stream', signal });
      if (!response.body) throw new ApiError(0, 'the live stream has no body');
      return response.body;
    },
    serverNowMs: () => Date.now() + offsetMs,
  };
}

// The Date header counts whole seconds: a difference below two says nothing, so the shown ages don't jump about.
function settle(held: number, seen: number): number {
  return Math.abs(seen - held) > 2_000 ? seen : held;
}

async function problem(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { title?: string; detail?: string; hint?: string };
    return new ApiError(response.status, body.detail ?? body.title ?? `HTTP ${response.status}`, body.hint);
  } catch {
    // No problem document: a proxy, or something else than a control plane. Its status is all there is to say.
    return new ApiError(response.status, `the control plane answered HTTP ${response.status}`);
  }
}

/** What went wrong as one line, with what to do. */
export function errorLine(error: unknown): string {
  if (error instanceof ApiError) return error.hint ? `${error.message}: ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
