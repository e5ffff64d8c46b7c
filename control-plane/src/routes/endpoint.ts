/**
 * One way to declare an operators' endpoint: who may call it, what it takes (Zod), what it is for. From the same
 * declaration come the check of the request and the OpenAPI document.
 */
import { toHex, utf8 } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { entityTag, namesTag } from '../core/etag.ts';
import { type Operator, type OperatorRole, ROLES } from '../core/fleet/tokens.ts';
import { readBody, readText } from './body.ts';
import { type AppDeps, type BodyLimits, DEFAULT_LIMITS } from './deps.ts';

export const PREFIX = '/api/v1';
const MAX_KEY_LENGTH = 255;

export interface EndpointSpec<Q extends z.ZodType, B extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1, `:name` for parameters. */
  path: string;
  summary: string;
  /** The least role that may call it; undefined: anyone. */
  role: OperatorRole | undefined;
  query?: Q;
  /** A JSON body by its schema, a text (YAML or JSON document), or bytes. */
  body?: B | 'text' | { bytes: keyof BodyLimits };
  /** 201 for what creates. */
  status?: 200 | 201 | 204;
  /** The answer holds a secret, so it isn't kept for an Idempotency-Key. */
  secret?: boolean;
}

export interface EndpointInput<Q, B> {
  c: Context;
  operator: Operator;
  query: Q;
  body: B;
  param(name: string): string;
}

type Handler<Q, B> = (input: EndpointInput<Q, B>) => Promise<unknown>;

/** Declares endpoints on an app and remembers them for OpenAPI. */
export class Api {
  readonly #app: Hono;
  readonly #deps: AppDeps;
  readonly #limits: BodyLimits;
  readonly specs: EndpointSpec<z.ZodType, z.ZodType>[] = [];

  constructor(app: Hono, deps: AppDeps) {
    this.#app = app;
    this.#deps = deps;
    this.#limits = { ...DEFAULT_LIMITS, ...deps.limits };
  }

  /** Adds an endpoint. The handler returns JSON, or a Response of its own. */
  add<Q extends z.ZodType = z.ZodUndefined, B extends z.ZodType = z.ZodUndefined>(
    spec: EndpointSpec<Q, B>,
    handler: Handler<z.output<Q>, z.output<B>>,
  ): void {
    this.specs.push(spec as unknown as EndpointSpec<z.ZodType, z.ZodType>);
    this.#app.on(spec.method, `${PREFIX}${spec.path}`, async (c) => {
      const operator = await this.#authorize(c, spec.role);
      const query = spec.query ? check(spec.query, c.req.query(), 'query') : undefined;
      const { body, raw } = await this.#body(c, spec);
      const input = {
        c,
        operator,
        query: query as z.output<Q>,
        body: body as z.output<B>,
        param: (name: string) => c.req.param(name) ?? '',
      };
      const run = async (): Promise<Response> =>
        answer(await handler(input), spec.status ?? 200, this.#deps, c);
      const key = c.req.header('idempotency-key');
      if (key === undefined || spec.method !== 'POST' || spec.secret) return run();
      if (key.length > MAX_KEY_LENGTH)
        throw new SkerryError('invalid', `an Idempotency-Key is at most ${MAX_KEY_LENGTH} characters long`);
      return this.#once(`${operator.token}:${key}`, `${spec.method} ${c.req.path} ${raw}`, run);
    });
  }

  async #authorize(c: Context, role: OperatorRole | undefined): Promise<Operator> {
    if (role === undefined) return { token: '', name: 'anyone', role: 'viewer' };
    const operator = await authenticate(this.#deps, c.req.header('authorization'));
    if (ROLES.indexOf(operator.role) < ROLES.indexOf(role))
      throw new SkerryError('forbidden', `${operator.name} is ${operator.role}; this needs ${role}`, {
        hint: 'use a token of that role',
      });
    return operator;
  }

  async #body(c: Context, spec: { body?: unknown }): Promise<{ body: unknown; raw: string }> {
    const { body } = spec;
    if (body === undefined) return { body: undefined, raw: '' };
    if (body === 'text') {
      const text = await readText(c.req.raw, this.#limits.json);
      return { body: text, raw: text };
    }
    if (!(body instanceof z.ZodType)) {
      const limit = (body as { bytes: keyof BodyLimits }).bytes;
      return { body: await readBody(c.req.raw, this.#limits[limit]), raw: '' };
    }
    const text = await readText(c.req.raw, this.#limits.json);
    return { body: check(body, parseJson(text), 'body'), raw: text };
  }

  async #once(key: string, request: string, run: () => Promise<Response>): Promise<Response> {
    const { fleet, crypto } = this.#deps;
    const held = await fleet.beginIdempotent(key, toHex(crypto.sha256(utf8(request))));
    if (held)
      return new Response(held.status === 204 ? null : held.body, {
        status: held.status,
        headers: { 'content-type': 'application/json', 'idempotency-replayed': 'true' },
      });
    try {
      const response = await run();
      const body = await response.clone().text();
      await fleet.endIdempotent(key, { status: response.status, body });
      return response;
    } catch (error) {
      // What failed may be tried again under the same key.
      await fleet.endIdempotent(key, undefined);
      throw error;
    }
  }
}

/** The operator of an Authorization header. Throws SkerryError unauthorized. */
export async function authenticate(deps: AppDeps, header: string | undefined): Promise<Operator> {
  const secret = bearer(header);
  const operator = secret === undefined ? undefined : await deps.fleet.authenticate(secret);
  if (!operator)
    throw new SkerryError(
      'unauthorized',
      secret === undefined ? 'no token was sent' : 'the token is not known',
      {
        hint: 'send Authorization: Bearer skt_…; make one with skerry token create',
      },
    );
  return operator;
}

/** The token of a Bearer header (RFC 6750). */
export function bearer(header: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')?.[1];
}

/** Checks a value against a schema. Throws SkerryError invalid, naming every wrong member. */
export function check<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((i) => `${i.path.join('.') || what}: ${i.message}`);
  throw new SkerryError('invalid', `the ${what} is wrong: ${issues.join('; ')}`);
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new SkerryError('invalid', `the body is no JSON: ${messageOf(cause)}`, { cause });
  }
}

function answer(value: unknown, status: number, deps: AppDeps, c: Context): Response {
  if (value instanceof Response) return value;
  if (status === 204) return new Response(null, { status });
  const body = JSON.stringify(value);
  const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (c.req.method === 'GET') {
    headers.etag = entityTag(deps.crypto, body);
    const held = c.req.header('if-none-match');
    if (held !== undefined && namesTag(held, headers.etag, true))
      return new Response(null, { status: 304, headers });
  }
  return new Response(body, { status, headers });
}

/** How lists are paged: `limit` items after `cursor`. */
export const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(1000).optional(),
};

/** How lists are paged that are held whole, each with a bound of its own. */
export const wholePage = { ...page, limit: page.limit.default(1000) };

/** A page of a list that is held whole: what follows the item that the cursor names. Throws SkerryError invalid. */
export function pageOfWhole<T>(
  items: readonly T[],
  query: { limit: number; cursor?: string | undefined },
  cursorOf: (item: T) => string,
): { items: T[]; cursor?: string } {
  if (query.cursor === undefined) return pageOf(items, query.limit, cursorOf);
  const at = items.findIndex((item) => cursorOf(item) === query.cursor);
  if (at < 0)
    throw new SkerryError('invalid', 'what the cursor names is not in the list any more', {
      hint: 'begin the list anew',
    });
  return pageOf(items.slice(at + 1), query.limit, cursorOf);
}

/** A page of a list; the cursor is absent on the last. */
export function pageOf<T>(
  items: readonly T[],
  limit: number,
  cursorOf: (item: T) => string,
): {
  items: T[];
  cursor?: string;
} {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return items.length >= limit && last !== undefined
    ? { items: shown, cursor: cursorOf(last) }
    : { items: shown };
}
