import type { Asset } from '../routes/deps.ts';
import type { Env } from './platform.ts';

/** The built console's files by the static assets binding. */
export function assetsOf(env: Env): (path: string) => Promise<Asset | undefined> {
  return async (path) => {
    const response = await env.ASSETS?.fetch(new Request(`https://assets${path}`));
    if (!response?.ok) return undefined;
    return {
      bytes: new Uint8Array(await response.arrayBuffer()),
      contentType: response.headers.get('content-type') ?? 'application/octet-stream',
      immutable: path.startsWith('/assets/'),
    };
  };
}
