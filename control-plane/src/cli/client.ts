/** The operators' HTTP API as the command line uses it: bearer token, JSON, RFC 9457 problems as SkerryError. */
import { ERROR_CODES, type ErrorCode, messageOf, SkerryError } from '@skerry/proto/errors';
import { plain } from './format.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  query?: Query;
  headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is bytes or text: then `headers` names their type. */
  body?: unknown;
  timeoutMs?: number;
}

/** A page of a list: `cursor` is absent on the last one. */
interface Page<T> {
  items: T[];
  cursor?: string | null;
}

export interface Client {
  readonly url: string;
  readonly token: string;
  /** The response where it is good. Throws SkerryError by the problem's code; unavailable at 429, 503 or no answer. */
  send(method: string, path: string, options?: RequestOptions): Promise<Response>;
  /** The JSON of a good response. */
  json<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
  /** A list page by page, each asked for when the one before has been taken. */
  pages<T>(path: string, query: Query): AsyncGenerator<T[]>;
  /** The items of a list up to `limit`. */
  list<T>(path: string, query: Query, limit: number): Promise<T[]>;
}

const TIMEOUT_MS = 30_000;
const PAGE_MAX = 500;

/** A client of one server. */
export function createClient(
  server: { url: string; token: string },
  transport: (request: Request) => Promise<Response> = fetch,
): Client {
  const send = async (method: string, path: string, options: RequestOptions = {}): Promise<Response> => {
    const request = buildRequest(server, method, path, options);
    let response: Response;
    try {
      response = await transport(request);
    } catch (cause) {
      throw new SkerryError('unavailable', `${server.url} can't be reached: ${reason(cause)}`, {
        hint: 'is the control plane running there? check --server (SKERRY_URL)',
        cause,
      });
    }
    if (response.ok) return response;
    throw await problem(response, path, server.token !== '');
  };
  const json = async <T>(method: string, path: string, options?: RequestOptions): Promise<T> => {
    const response = await send(method, path, {
      ...options,
      headers: { accept: 'application/json', ...options?.headers },
    });
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new SkerryError('failed', `${server.url} answered something that is no JSON`, {
        hint: 'is it a Skerry control plane?',
        cause,
      });
    }
  };
  return {
    ...server,
    send,
    json,
    async *pages<T>(path: string, query: Query): AsyncGenerator<T[]> {
      let cursor: string | undefined;
      do {
        const page: Page<T> = await json<Page<T>>('GET', path, {
          query: { limit: PAGE_MAX, ...query, cursor },
        });
        yield page.items;
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
    },
    async list<T>(path: string, query: Query, limit: number): Promise<T[]> {
      const items: T[] = [];
      for await (const page of this.pages<T>(path, { ...query, limit: Math.min(PAGE_MAX, limit) })) {
        items.push(...page);
        if (items.length >= limit) break;
      }
      return items.slice(0, limit);
    },
  };
}

function buildRequest(
  server: { url: string; token: string },
  method: string,
  path: string,
  options: RequestOptions,
): Request {
  const url = new URL(`${server.url}/${path}`);
  for (const [key, value] of Object.entries(options.query ?? {}))
    if (value !== undefined) url.searchParams.set(key, `${value}`);
  const headers = new Headers(options.headers);
  if (server.token !== '') headers.set('authorization', `Bearer ${server.token}`);
  const init: RequestInit = {
    method,
    headers,
    // A redirect would carry the token to another place.
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
  };
  const { body } = options;
  if (body instanceof Uint8Array || typeof body === 'string')
    init.body = body as string | Uint8Array<ArrayBuffer>;
  else if (body !== undefined) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(body);
  }
  return new Request(url, init);
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  412: 'precondition',
  413: 'too-large',
  422: 'invalid',
  429: 'unavailable',
  503: 'unavailable',
};

async function problem(response: Response, path: string, tokenSent: boolean): Promise<SkerryError> {
  const fallback = BY_STATUS[response.status] ?? 'failed';
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (key: string): string | undefined =>
    typeof body[key] === 'string' && body[key] !== '' ? plain(body[key], true) : undefined;
  const named = ERROR_CODES.find((code) => code === body.code);
  const code = fallback === 'unavailable' ? fallback : (named ?? fallback);
  const message = text('detail') ?? text('title') ?? `the control plane answered ${response.status}`;
  const refused = response.status === 401 && tokenSent;
  const hint = refused
    ? 'log in again (skerry login), or give another --token (SKERRY_TOKEN)'
    : (text('hint') ?? (response.status === 404 ? whereToLook(path) : undefined));
  return new SkerryError(code, message, hint === undefined ? {} : { hint });
}

const LISTS: Readonly<Record<string, string>> = {
  agents: 'agent',
  releases: 'release',
  rollouts: 'rollout',
  policies: 'policy',
  tokens: 'token',
};

// A list that isn't there means another server; a thing that isn't there is to be found in its list.
function whereToLook(path: string): string | undefined {
  const [kind, id] = path.replace(/^api\/v1\//, '').split('/');
  if (id === undefined) return 'is that a Skerry control plane? check --server (SKERRY_URL)';
  const noun = LISTS[kind ?? ''];
  return noun && `skerry ${noun} ls shows what there is`;
}

// undici says only "fetch failed"; what happened stands in its cause.
function reason(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? messageOf(error);
}
