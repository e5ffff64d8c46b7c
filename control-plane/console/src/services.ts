/** What every page is given: session, API, answers, liveness, theme. Made once, in main.tsx. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Topic } from '../../src/ports.ts';
import { type Api, createApi } from './api.ts';
import { useCell } from './cell.ts';
import { createLive, type Live } from './live.ts';
import { createResources, type Resource, type Resources, useResourceOf } from './resources.ts';
import { createSession, type Identity, type Session } from './session.ts';
import { createTheme, type Theme } from './theme.ts';

export interface Services {
  session: Session;
  api: Api;
  resources: Resources;
  live: Live;
  theme: Theme;
}

/** Wires the services of one browser window. */
export function createServices(window: Window): Services {
  const session = createSession(window.localStorage);
  // The page stands at the control plane's root or below a proxy's path; the API stands beside it.
  const base = new URL('.', window.location.href.split('#')[0]).href.replace(/\/$/, '');
  const api = createApi(base, session);
  const resources = createResources(
    (path) => api.text(path),
    () => performance.now(),
  );
  const live = createLive(api, resources.changed);
  return { session, api, resources, live, theme: createTheme(window) };
}

export const ServicesContext = createContext<Services | undefined>(undefined);

/** The services of this window. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('invariant broken: a component stands outside the services');
  return services;
}

/** A path's answer, kept up to date by the topics that change it. */
export function useResource<T>(
  path: string | undefined,
  topics: readonly Topic[],
  version?: number | string,
): Resource<T> {
  return useResourceOf<T>(useServices().resources, path, topics, version);
}

/** Who is signed in; only pages behind the sign-in ask. */
export function useIdentity(): Identity {
  const identity = useCell(useServices().session.identity);
  return identity ?? { token: '', name: '', role: 'viewer' };
}

/** The server's time, again every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const { api } = useServices();
  const [nowMs, setNowMs] = useState(api.serverNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(api.serverNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [api, everyMs]);
  return nowMs;
}
