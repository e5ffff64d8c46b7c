/** What every page is given: session, API, answers, liveness, theme. Made once, in main.tsx. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Topic } from '../../src/ports.ts';
import { type Api, createApi } from './api.ts';
import { type Cell, createCell, useCell } from './cell.ts';
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
  /** The server's time, every second. */
  clock: Cell<number>;
}

/** Wires the services of one browser window. */
export function createServices(window: Window): Services {
  const session = createSession(window.localStorage);
  // The page stands at the control plane's root or below a proxy's path; the API stands beside it.
  const base = new URL('.', window.location.href.split('#')[0]).href.replace(/\/$/, '');
  const api = createApi(base, session);
  const resources = createResources({
    load: api.text,
    nowMs: () => performance.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const live = createLive(api, whileVisible(window.document, resources.changed));
  const clock = createCell(api.serverNowMs());
  setInterval(() => clock.set(api.serverNowMs()), 1_000);
  return { session, api, resources, live, theme: createTheme(window), clock };
}

/** Changes while nobody looks are caught up with in one go when somebody does. */
function whileVisible(
  document: Document,
  changed: (topic: Topic | undefined) => void,
): (topic: Topic | undefined) => void {
  let missed = false;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !missed) return;
    missed = false;
    changed(undefined);
  });
  return (topic) => {
    if (document.hidden) missed = true;
    else changed(topic);
  };
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

/** The server's time in steps of `everyMs`, a multiple of a second. One timer serves the whole page. */
export function useNow(everyMs = 1_000): number {
  const { clock } = useServices();
  const stepOf = (): number => Math.floor(clock.get() / everyMs) * everyMs;
  const [step, setStep] = useState(stepOf);
  useEffect(() => clock.subscribe(() => setStep(stepOf())), [clock, everyMs]);
  return step;
}
