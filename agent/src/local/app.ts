/**
 * The agent's own page and endpoints for whoever stands beside the machine: works with no network, reads only.
 * `Request → Response`; the listener is an adapter.
 */
import { METRICS_CONTENT_TYPE, renderMetrics } from '@skerry/proto/prometheus';
import { Hono } from 'hono';
import type { LocalView } from './view.ts';

const RECENT_MAX = 500;

/** Builds the local server's app over a running agent. `page` is the HTML of `/`. */
export function createLocalApp(view: LocalView, page: string): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header(
      'Content-Security-Policy',
      "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
    );
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Cache-Control', 'no-store');
  });
  app.get('/', (context) => context.html(page));
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => {
    const { ok, why } = view.ready();
    return context.text(`${ok ? 'ready' : why}\n`, ok ? 200 : 503);
  });
  app.get('/metrics', (context) =>
    context.body(renderMetrics(view.metrics()), 200, { 'Content-Type': METRICS_CONTENT_TYPE }),
  );
  app.get('/api/status', (context) => context.json(view.status()));
  app.get('/api/results', (context) => {
    const limit = Math.min(RECENT_MAX, Math.max(1, Number(context.req.query('limit') ?? 100) || 100));
    return context.json({ results: view.recent(limit, context.req.query('device')) });
  });
  app.notFound((context) =>
    context.json({ title: 'Not found', status: 404, detail: `nothing is at ${context.req.path}` }, 404, {
      'Content-Type': 'application/problem+json',
    }),
  );
  return app;
}
