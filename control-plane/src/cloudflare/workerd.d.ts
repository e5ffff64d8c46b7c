/**
 * The little of workerd's API that this host uses (developers.cloudflare.com/workers/runtime-apis,
 * /durable-objects/api). The whole is in @cloudflare/workers-types, which declares its own `Request`, `Response` and
 * `WebSocket` globals and so can't stand beside Node's in one program.
 */
declare module 'cloudflare:workers' {
  export abstract class DurableObject<Env> {
    protected ctx: import('./platform.ts').ObjectState;
    protected env: Env;
    constructor(ctx: import('./platform.ts').ObjectState, env: Env);
  }
  /** Keeps the current event alive until the promise settles. */
  export function waitUntil(promise: Promise<unknown>): void;
}
