/**
 * Hash routes: `#/agents/oslo-gw1` is the segments ["agents", "oslo-gw1"]. A one-time login link is
 * `#login=CODE`.
 */
import { useEffect, useState } from 'preact/hooks';

/** The decoded segments of a location hash; an empty one is the overview. */
export function parseRoute(hash: string): string[] {
  const segments = hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeSegment);
  return segments.length > 0 ? segments : ['overview'];
}

/** The address of a page: `href('devices', agent, pipeline, device)`. */
export function href(...segments: string[]): string {
  return `#/${segments.map(encodeURIComponent).join('/')}`;
}

/** The code of a one-time login link, undefined where the hash is none. */
export function loginCode(hash: string): string | undefined {
  return /^#login=(.+)$/.exec(hash)?.[1];
}

/** The page that is asked for now. */
export function useRoute(): string[] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return parseRoute(hash);
}

// A hand-typed address may hold a stray percent sign: it then names itself.
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
