import { duration, name } from '@skerry/proto/schema';
import { durationMs } from '@skerry/proto/units';
import { z } from 'zod';
import { ROLES } from '../core/fleet/tokens.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { pageOfWhole, wholePage } from './endpoint.ts';

/** `auto` stands in the audit log for what nobody asked for. */
const operatorName = name.refine((text) => text !== 'auto', "this name is the control plane's own");

const newToken = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('operator'),
    name: operatorName,
    role: z.enum(ROLES),
    /** How long it is good for; left out: until it is revoked. */
    expires: duration.optional(),
  }),
  z.strictObject({
    kind: z.literal('enrol'),
    name: name.default('enrol'),
    labels: z.record(z.string().max(64), z.string().max(256)).default({}),
    /** How many agents may use it; null: any number. */
    uses: z.int().positive().nullable().default(1),
    autoApprove: z.boolean().default(true),
    expires: duration.default(durationMs('7d')),
  }),
]);

/** Tokens, login, audit. */
export function accessRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'POST',
      path: '/login',
      summary: 'Exchanges a one-time code for a token',
      role: undefined,
      body: z.strictObject({ code: z.string().min(1).max(200) }),
      secret: true,
    },
    async ({ body }) => {
      const { secret, role, expiresMs } = await deps.fleet.redeemLoginCode(body.code);
      return { token: secret, role, expiresMs };
    },
  );
  api.add(
    {
      method: 'POST',
      path: '/login/codes',
      summary: 'Makes a one-time login code for a console, with your own role',
      role: 'viewer',
      status: 201,
      secret: true,
    },
    ({ operator }) => deps.fleet.createLoginCode(operator.name, operator.name, operator.role, operator.token),
  );
  api.add({ method: 'GET', path: '/me', summary: 'Who you are', role: 'viewer' }, async ({ operator }) => ({
    name: operator.name,
    role: operator.role,
    instance: await deps.fleet.instance(),
  }));
  tokenRoutes(api, deps);
  auditRoutes(api, deps);
}

function tokenRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/tokens',
      summary: 'Tokens without their secrets, newest first',
      role: 'admin',
      query: z.strictObject(wholePage),
    },
    async ({ query }) => pageOfWhole(await deps.fleet.tokens(), query, (token) => token.id),
  );
  api.add(
    {
      method: 'POST',
      path: '/tokens',
      summary: "Makes an operator's or an enrolment token; its secret is shown this once",
      role: 'admin',
      body: newToken,
      status: 201,
      secret: true,
    },
    async ({ operator, body }) => {
      if (body.kind === 'operator') {
        const { id, secret } = await deps.fleet.createOperatorToken(operator.name, {
          name: body.name,
          role: body.role,
          ...(body.expires !== undefined && { expiresMs: deps.now() + body.expires }),
        });
        return { id, token: secret };
      }
      const { id, secret } = await deps.fleet.createEnrolToken(operator.name, {
        name: body.name,
        labels: body.labels,
        uses: body.uses,
        autoApprove: body.autoApprove,
        expiresMs: deps.now() + body.expires,
      });
      const root = await deps.fleet.rootDigest();
      // The root's digest travels with the token, out of this server's hands.
      return { id, token: root === undefined ? secret : `${secret}.${root.slice('sha256:'.length)}` };
    },
  );
  api.add(
    { method: 'DELETE', path: '/tokens/:id', summary: 'Revokes a token', role: 'admin', status: 204 },
    async ({ operator, param }) => {
      await deps.fleet.revokeToken(operator.name, param('id'));
      return undefined;
    },
  );
}

function auditRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/audit',
      summary: 'The audit log',
      role: 'viewer',
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(1000).default(100),
        cursor: z.coerce.number().int().min(0).optional(),
        order: z.enum(['asc', 'desc']).default('desc'),
      }),
    },
    async ({ query }) => {
      const { limit, order, cursor } = query;
      const items = await deps.fleet.audit({ limit, order, ...(cursor !== undefined && { cursor }) });
      const last = items.at(-1);
      return { items, ...(items.length === limit && last && { cursor: `${last.seq}` }) };
    },
  );
  api.add(
    {
      method: 'GET',
      path: '/audit/verify',
      summary: 'Walks the whole chain of the audit log',
      role: 'viewer',
    },
    async () => {
      let [from, checked] = [1, 0];
      for (;;) {
        const part = await deps.fleet.verifyAudit(from, 1_000);
        checked += part.checked;
        if (part.brokenAt !== undefined)
          return { ok: false, checked, brokenAt: part.brokenAt, head: part.head };
        if (part.next === undefined) return { ok: true, checked, head: part.head };
        from = part.next;
      }
    },
  );
}
