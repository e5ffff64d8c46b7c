/** Small parts that every page uses. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { age, shortDigest, stamp } from '../format.ts';
import type { Health } from '../model.ts';
import { useNow } from '../services.ts';

export type Tone = 'ok' | 'warn' | 'alert' | 'quiet' | 'accent';

/** A word with its meaning in colour and in a mark, so that colour alone says nothing. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export const HEALTH_TONE: Record<Health, Tone> = { up: 'ok', late: 'warn', unknown: 'alert' };

/** An instant as its age, with the instant itself on hover; follows the clock. */
export function Age({ ms }: { ms: number | null }) {
  const nowMs = useNow();
  if (ms === null) return <span class="quiet">never</span>;
  return (
    <time class="age" dateTime={new Date(ms).toISOString()} title={`${stamp(ms)} UTC`}>
      {age(nowMs, ms)}
    </time>
  );
}

/** An instant in UTC. */
export function Stamp({ ms }: { ms: number }) {
  return (
    <time class="num" dateTime={new Date(ms).toISOString()} title={`${stamp(ms)} UTC`}>
      {stamp(ms)}
    </time>
  );
}

/** A digest, short; clicking copies it whole. */
export function Digest({ value }: { value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      // No permission, or no secure context: the whole digest stands in the title.
    }
  };
  if (!value) return <span class="quiet">–</span>;
  return (
    <button type="button" class="digest" title={`${value}\nClick to copy`} onClick={() => void copy()}>
      {copied ? 'copied      ' : shortDigest(value)}
    </button>
  );
}

/** A page's title, what it is about, and its tools. */
export function PageHead({
  title,
  note,
  children,
}: {
  title: ComponentChildren;
  note?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {note && <p class="quiet">{note}</p>}
      </div>
      {children && <div class="tools">{children}</div>}
    </header>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  note,
  children,
}: {
  title: string;
  note?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="section">
      <h2>
        {title}
        {note && <span class="quiet"> {note}</span>}
      </h2>
      {children}
    </section>
  );
}

/** Nothing here yet: why, and the command that changes that. */
export function Empty({ children, command }: { children: ComponentChildren; command?: string }) {
  return (
    <div class="empty">
      <p>{children}</p>
      {command && (
        <pre>
          <code>{command}</code>
        </pre>
      )}
    </div>
  );
}

/** One plain line. */
export function ErrorLine({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p class="error-line" role="alert">
      {text}
    </p>
  );
}

/** Names and values, aligned. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
