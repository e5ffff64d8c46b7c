import { toBase64 } from '@skerry/proto/bytes';
import { z } from 'zod';
import { VERBS, type Verb } from '../core/rollout/operate.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { page, pageOf, pageOfWhole, wholePage } from './endpoint.ts';
import { checkPreflight } from './preflight.ts';
import { driveNow } from './shards.ts';

const SUMMARIES: Record<Verb, string> = {
  start: 'Starts a draft',
  pause: 'Stops widening; who has the release keeps it',
  resume: 'Goes on after a pause or a stall',
  approve: 'Lets a waiting rollout go on',
  promote: "Ends this stage's soak",
  abort: 'Stops for good; who has the release keeps it',
  revert: 'Takes the release back everywhere',
};

const flag = z.enum(['true', 'false']).optional();
const startQuery = z.strictObject({
  /** Although the pre-flight check finds too many agents that it would fail on. */
  force: flag,
  /** The rollout of the same release name that is in progress is aborted: who has its release keeps it. */
  supersede: flag,
});
const noQuery = z.strictObject({});

/** Rollouts and drift policies. */
export function rolloutRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/rollouts',
      summary: 'Rollouts, newest first',
      role: 'viewer',
      query: z.strictObject({ ...page, name: z.string().optional() }),
    },
    async ({ query }) => pageOf(await deps.fleet.rollouts(query), query.limit, (rollout) => rollout.id),
  );
  api.add(
    {
      method: 'POST',
      path: '/rollouts',
      summary: 'Creates a draft from rollout.yaml (YAML or JSON)',
      role: 'operator',
      body: 'text',
      status: 201,
    },
    async ({ operator, body }) => {
      const rollout = await deps.fleet.createRollout(operator.name, body as unknown as string);
      deps.notifier.changed('rollouts');
      return rollout;
    },
  );
  api.add(
    { method: 'GET', path: '/rollouts/:id', summary: 'One rollout with its decisions', role: 'viewer' },
    ({ param }) => deps.fleet.rolloutWithDecisions(param('id')),
  );
  for (const verb of VERBS)
    api.add(
      {
        method: 'POST',
        path: `/rollouts/:id/${verb}`,
        summary: SUMMARIES[verb],
        role: verb === 'approve' ? 'approver' : 'operator',
        query: verb === 'start' ? startQuery : noQuery,
      },
      async ({ c, operator, param, query }) => {
        const id = param('id');
        const { force, supersede } = query as z.output<typeof startQuery>;
        if (verb === 'start' && force !== 'true') await checkPreflight(deps, await deps.fleet.rollout(id));
        await deps.fleet.operateRollout(operator.name, id, verb, {
          ifMatch: c.req.header('if-match'),
          supersede: supersede === 'true',
        });
        deps.notifier.changed('rollouts');
        await driveNow(deps);
        return deps.fleet.rolloutWithDecisions(id);
      },
    );
  policyRoutes(api, deps);
}

function policyRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/policies',
      summary: 'Policies, in order of application',
      role: 'viewer',
      query: z.strictObject(wholePage),
    },
    async ({ query }) => pageOfWhole(await deps.fleet.policies(), query, (policy) => policy.name),
  );
  api.add(
    {
      method: 'POST',
      path: '/policies',
      summary: 'Applies policy.yaml (YAML or JSON) by its name',
      role: 'operator',
      body: 'text',
      status: 201,
    },
    async ({ operator, body }) => {
      const policy = await deps.fleet.applyPolicy(operator.name, body as unknown as string);
      deps.notifier.changed('policies');
      await driveNow(deps);
      return policy;
    },
  );
  api.add(
    {
      method: 'GET',
      path: '/webhook-key',
      summary: 'The key that webhooks are signed with (Standard Webhooks), for their receivers',
      role: 'admin',
      secret: true,
    },
    async () => ({ key: `whsec_${toBase64(await deps.fleet.webhookKey())}` }),
  );
  api.add({ method: 'GET', path: '/policies/:name', summary: 'One policy', role: 'viewer' }, ({ param }) =>
    deps.fleet.policy(param('name')),
  );
  api.add(
    {
      method: 'DELETE',
      path: '/policies/:name',
      summary: 'Takes a policy away',
      role: 'operator',
      status: 204,
    },
    async ({ c, operator, param }) => {
      await deps.fleet.removePolicy(operator.name, param('name'), c.req.header('if-match'));
      deps.notifier.changed('policies');
      await driveNow(deps);
      return undefined;
    },
  );
}
