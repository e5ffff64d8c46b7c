import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useCell } from '../cell.ts';
import { stamp } from '../format.ts';
import type { LiveState } from '../live.ts';
import { type AlertInfo, isOpen, type Page, query } from '../model.ts';
import { href } from '../router.ts';
import { useIdentity, useNow, useResource, useServices } from '../services.ts';
import type { ThemeChoice } from '../theme.ts';

const PAGES = [
  'overview',
  'devices',
  'alerts',
  'agents',
  'rollouts',
  'releases',
  'drift',
  'samples',
  'audit',
] as const;
const TITLES: Record<string, string> = Object.fromEntries(
  PAGES.map((page) => [page, page[0]!.toUpperCase() + page.slice(1)]),
);

/** The frame around every page: where one is, whether it is live, who one is. */
export function Shell({ segments, children }: { segments: readonly string[]; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const page = segments[0]!;
  const title = [...segments].reverse().join(' · ');
  const shown = useRef(title);
  useEffect(() => {
    document.title = `${title} · Skerry`;
    if (shown.current === title) return;
    shown.current = title;
    // A new page is announced and read from its top, as a page load would be.
    main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="rail">
        <a class="mark" href={href('overview')}>
          <Mark />
          Skerry
        </a>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map((name) => (
              <li key={name}>
                <a href={href(name)} aria-current={page === name ? 'page' : undefined}>
                  {TITLES[name]}
                  {name === 'alerts' && <OpenAlerts />}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Status />
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** The rock and the waterline. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path class="rock" d="M3 15 9 6l3 4 2.5-2L21 15z" />
      <path class="water" d="M2 18.5q2.5-2 5 0t5 0 5 0 5 0" />
    </svg>
  );
}

function OpenAlerts() {
  const { data } = useResource<Page<AlertInfo>>(query('alerts', { state: 'open', limit: 100 }), ['alerts']);
  const open = data?.items.filter((a) => isOpen(a) && a.acknowledgedMs === null).length ?? 0;
  if (open === 0) return null;
  const more = data?.cursor ? '+' : '';
  return (
    <span class="count" title={`${open}${more} open, not acknowledged`}>
      {open}
      {more}
    </span>
  );
}

const LIVE_TEXT: Record<LiveState, { word: string; title: string }> = {
  connecting: { word: 'connecting', title: 'Opening the live stream' },
  live: { word: 'live', title: 'Changes arrive by themselves' },
  reconnecting: {
    word: 'reconnecting',
    title: 'The live stream is down; this page asks again every 5 seconds',
  },
};

function Status() {
  const { live, session } = useServices();
  const identity = useIdentity();
  const state = useCell(live.state);
  return (
    <div class="status">
      <p class={`live ${state}`} title={LIVE_TEXT[state].title} role="status">
        {LIVE_TEXT[state].word}
      </p>
      <Clock />
      <ThemeToggle />
      <p class="who">
        <span title={`role: ${identity.role}`}>
          {identity.name || 'token'} <span class="quiet">{identity.role}</span>
        </span>
        <button type="button" class="plain" onClick={() => session.end()}>
          Sign out
        </button>
      </p>
    </div>
  );
}

function Clock() {
  const nowMs = useNow();
  return <p class="clock num">{stamp(Math.floor(nowMs / 1_000) * 1_000).slice(11)} UTC</p>;
}

const THEMES: readonly { choice: ThemeChoice; word: string }[] = [
  { choice: 'light', word: 'Light' },
  { choice: 'dark', word: 'Dark' },
  { choice: 'system', word: 'Auto' },
];

function ThemeToggle() {
  const { theme } = useServices();
  const chosen = useCell(theme.choice);
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Colours</legend>
      {THEMES.map(({ choice, word }) => (
        <button
          key={choice}
          type="button"
          aria-pressed={chosen === choice}
          onClick={() => theme.choose(choice)}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}
