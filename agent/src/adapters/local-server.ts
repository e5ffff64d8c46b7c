import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { type Http2Bindings, type HttpBindings, serve } from '@hono/node-server';
import { SkerryError } from '@skerry/proto/errors';
import { type BrowserFile, createLocalApp } from '../local/app.ts';
import type { LocalView } from '../local/view.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
};

/** Of the backends `wasm` and `webgpu`. */
const WASM: ReadonlySet<string> = new Set([
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.asyncify.wasm',
]);
const require = createRequire(import.meta.url);

/**
 * What `pnpm build` made of the page that is an agent; nothing where it wasn't built. The package leaves out the
 * WebAssembly binaries, since onnxruntime-web lies beside it.
 */
const browserFile: BrowserFile = async (name) => {
  const type = TYPES[name.split('.').at(-1)!];
  const file = type === 'application/wasm' ? wasmFile(name) : builtFile(name);
  if (type === undefined || file === undefined) return undefined;
  try {
    return { bytes: await readFile(file), type };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

function builtFile(name: string): URL | undefined {
  return /^[\w.-]+$/.test(name) ? new URL(`../../dist/page/${name}`, import.meta.url) : undefined;
}

function wasmFile(name: string): string | undefined {
  return WASM.has(name) ? require.resolve(`onnxruntime-web/${name}`) : undefined;
}

/** Listens for the local page. Rejects with a plain SkerryError where the port is in use. Returns how to end it. */
export async function startLocalServer(
  view: LocalView,
  listen: { host: string; port: number },
): Promise<{ port: number; close(): Promise<void> }> {
  const page = await readFile(new URL('../../page/index.html', import.meta.url), 'utf8');
  const app = createLocalApp(view, page, browserFile);
  const server = await new Promise<Server>((resolve, reject) => {
    const answer = (
      request: Request,
      { incoming }: HttpBindings | Http2Bindings,
    ): Response | Promise<Response> => app.fetch(request, { remoteAddress: incoming.socket.remoteAddress });
    const started = serve({ fetch: answer, hostname: listen.host, port: listen.port }, () =>
      resolve(started as Server),
    );
    started.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is in use' : `can't be used (${error.code ?? error.message})`;
      reject(
        new SkerryError('failed', `port ${listen.port} on ${listen.host} for the local page ${why}`, {
          hint: 'end what uses it, or change local.listen in agent.yaml',
        }),
      );
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : listen.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
