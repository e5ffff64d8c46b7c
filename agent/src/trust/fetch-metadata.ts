import { SkerryError } from '@skerry/proto/errors';
import { discard, exchange, type Http, readBounded, refusePage } from '../sync/http.ts';

/**
 * Fetches TUF metadata from the control plane: `NAME` under `url` (`https://…/tuf/`), 404 is undefined. Rejects with
 * SkerryError unavailable or too-large, as createTrustClient wants it.
 */
export function createMetadataFetcher(
  http: Http,
  url: string,
  accessToken?: () => Promise<string>,
): (name: string, maxBytes: number) => Promise<Uint8Array | undefined> {
  return async (name, maxBytes) => {
    const headers = accessToken ? { authorization: `Bearer ${await accessToken()}` } : {};
    return exchange(
      http,
      (signal) => new Request(new URL(name, url), { headers, signal, redirect: 'manual' }),
      async (response) => {
        refusePage(response, name);
        if (response.status === 200) return readBounded(response, maxBytes, name);
        discard(response);
        if (response.status === 404) return undefined;
        throw new SkerryError('unavailable', `the control plane answered ${response.status} to ${name}`);
      },
    );
  };
}
