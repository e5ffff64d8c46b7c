/** The control plane's HTTP as a function from Request to Response; both hosts run this very app. */
import { SkerryError } from '@skerry/proto/errors';
import { Hono } from 'hono';
import { accessRoutes } from './routes/access.ts';
import { agentApiRoutes } from './routes/agent-api.ts';
import { agentRoutes } from './routes/agents.ts';
import { crossOriginRoutes } from './routes/cross-origin.ts';
import type { AppDeps } from './routes/deps.ts';
import { Api } from './routes/endpoint.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { importRoutes } from './routes/import.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { createMetrics } from './routes/metrics.ts';
import { openApi } from './routes/openapi.ts';
import { problemResponse, statusOf } from './routes/problems.ts';
import { consoleRoutes, publicRoutes } from './routes/public.ts';
import { releaseRoutes } from './routes/releases.ts';
import { resultRoutes } from './routes/results.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import { sampleRoutes } from './routes/samples.ts';

export type { AppDeps } from './routes/deps.ts';

/** Builds the app. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono();
  const metrics = createMetrics(deps);
  const api = new Api(app, deps);
  crossOriginRoutes(app);
  publicRoutes(app, deps, metrics);
  agentApiRoutes(app, deps, metrics);
  accessRoutes(api, deps);
  agentRoutes(api, deps);
  releaseRoutes(api, deps);
  rolloutRoutes(api, deps);
  evidenceRoutes(api, deps);
  resultRoutes(api, deps);
  sampleRoutes(api, deps);
  ledgerRoutes(api, deps);
  importRoutes(api, deps);
  eventRoutes(api, deps);
  api.add(
    { method: 'GET', path: '/openapi.json', summary: 'This document (OpenAPI 3.1)', role: undefined },
    async () => openApi(api.specs),
  );
  consoleRoutes(app, deps);
  app.notFound((c) =>
    problemResponse(new SkerryError('not-found', `there is nothing at ${c.req.path}`), c.req.path),
  );
  app.onError((error, c) => {
    const known = error instanceof SkerryError;
    if (!known || statusOf(error.code) >= 500)
      deps.log('error', 'http', error.message, {
        path: c.req.path,
        ...(!known && { stack: error.stack }),
      });
    return problemResponse(error, c.req.path);
  });
  return app;
}
