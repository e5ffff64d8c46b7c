/**
 * The agent's own page and endpoints for whoever stands beside the machine: works with no network. What it shows is for
 * everyone who reaches it; what changes anything (results and releases by hand, consent) is for this machine alone.
 * `Request → Response`; the listener is an adapter.
 */
import { SkerryError } from '@skerry/proto/errors';
import { METRICS_CONTENT_TYPE, renderMetrics } from '@skerry/proto/prometheus';
import { type Context, Hono } from 'hono';
import { etag } from 'hono/etag';
import type { LocalView } from './view.ts';

const RECENT_MAX = 500;
/** No page of a browser can send it elsewhere than to its own server without being asked first. */
const BUNDLE_TYPE = 'application/x-skerry-bundle';
const RELEASE_TYPE = 'application/x-skerry-release';
const CONSENT_TYPE = 'application/x-skerry-consent';
const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** What the listener tells of a request. */
export interface LocalBindings {
  remoteAddress: string | undefined;
}
type App = Hono<{ Bindings: LocalBindings }>;

/** A file of the page that is an agent, by its name; undefined where there is none. */
export type BrowserFile = (name: string) => Promise<{ bytes: Uint8Array; type: string } | undefined>;

/** Builds the local server's app over a running agent. `page` is the HTML of `/`, `file` gives what is under `/browser/`. */
export function createLocalApp(view: LocalView, page: string, file?: BrowserFile): App {
  const app: App = new Hono();
  if (file) browserRoutes(app, file);
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
  byHandRoutes(app, view);
  installRoute(app, view);
  consentRoute(app, view);
  app.notFound((context) => problem(context, 404, 'Not found', `nothing is at ${context.req.path}`));
  app.onError((error, context) => {
    if (!(error instanceof SkerryError)) throw error;
    const status = error.code === 'forbidden' ? 403 : 422;
    return problem(context, status, 'Refused', error.message, { code: error.code, hint: error.hint });
  });
  return app;
}

/** The page connects to the broker and the control plane of its own agent.yaml, wherever they are. */
const BROWSER_POLICY =
  "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src *; frame-ancestors 'none'";

function browserRoutes(app: App, file: BrowserFile): void {
  app.get('/browser', (context) => context.redirect('/browser/'));
  // Before the rules for all others: these files are large, and may be kept.
  app.on('GET', ['/browser/', '/browser/:name'], etag(), async (context) => {
    const name = context.req.param('name') ?? 'index.html';
    const found = await file(name);
    if (!found)
      return problem(context, 404, 'Not found', `the page that is an agent has no ${name}`, {
        hint: 'it is made by pnpm build',
      });
    return context.body(found.bytes as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': found.type,
      'Content-Security-Policy': BROWSER_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    });
  });
}

function byHandRoutes(app: App, { byHand }: LocalView): void {
  app.post('/api/outbox/export', async (context) => {
    fromThisMachine(context);
    const chunks = await byHand.export();
    return context.body(ReadableStream.from<Uint8Array>(chunks), 200, { 'Content-Type': BUNDLE_TYPE });
  });
  app.post('/api/outbox/acknowledge', async (context) => {
    fromThisMachine(context);
    const { body } = context.req.raw;
    if (!body) throw new SkerryError('invalid', 'no acknowledgement was sent');
    return context.json(await byHand.acknowledge(body, 'the acknowledgement'));
  });
}

function installRoute(app: App, view: LocalView): void {
  app.post('/api/install', async (context) => {
    fromThisMachine(context, RELEASE_TYPE);
    const { body } = context.req.raw;
    if (!body) throw new SkerryError('invalid', 'no bundle was sent');
    return context.json(await view.install(body, 'the bundle'));
  });
}

function consentRoute(app: App, view: LocalView): void {
  app.post('/api/consent/:pipeline', async (context) => {
    fromThisMachine(context, CONSENT_TYPE);
    return context.json(await view.consent(context.req.param('pipeline')));
  });
}

function fromThisMachine(context: Context<{ Bindings: LocalBindings }>, type = BUNDLE_TYPE): void {
  if (!LOOPBACK.test(context.env.remoteAddress ?? ''))
    throw new SkerryError('forbidden', 'what changes anything here is taken only from the machine itself', {
      hint: 'run skerry-agent outbox, skerry-agent install or skerry-agent consent there',
    });
  if (context.req.header('content-type') !== type)
    throw new SkerryError('invalid', `the content type is not ${type}`);
}

function problem(
  context: Context,
  status: 403 | 404 | 422,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): Response {
  return context.json({ title, status, detail, ...more }, status, {
    'Content-Type': 'application/problem+json',
  });
}
