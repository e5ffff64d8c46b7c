/** Agents that are pages in browsers come from other origins: the agent that served them, or any web server. */
import type { Hono } from 'hono';
import { cors } from 'hono/cors';

/**
 * What agents ask may be asked from every origin: an agent is known by the bearer token that it sends itself, never by a
 * cookie, so a foreign page gains nothing that it couldn't ask without a browser.
 */
export function crossOriginRoutes(app: Hono): void {
  const open = cors({
    origin: '*',
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['accept', 'authorization', 'content-digest', 'content-type', 'if-range', 'range'],
    exposeHeaders: ['content-digest', 'content-range', 'date', 'etag', 'retry-after'],
    maxAge: 86_400,
  });
  for (const path of ['/agent/v1/*', '/tuf/*']) app.use(path, open);
}
