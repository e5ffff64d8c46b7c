/** One line that keeps changing: what the site has done so far, read from both sides' own metrics. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bootstrap } from './site.ts';

/** Prints until `signal` aborts: in place on a terminal, a line every ten seconds elsewhere. */
export async function siteProgress(
  bootstrap: Bootstrap,
  agentPort: number,
  signal: AbortSignal,
): Promise<void> {
  const inPlace = process.stdout.isTTY === true;
  const startMs = Date.now();
  while (!signal.aborted) {
    const line = await progressLine(bootstrap, agentPort, startMs);
    process.stdout.write(inPlace ? `\r\x1b[2K${line}` : `${line}\n`);
    await sleep(inPlace ? 1_000 : 10_000, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

async function progressLine(bootstrap: Bootstrap, agentPort: number, startMs: number): Promise<string> {
  const [agent, control] = await Promise.all([
    metrics(`http://127.0.0.1:${agentPort}/metrics`),
    metrics(`${bootstrap.url}/metrics`),
  ]);
  const seconds = Math.round((Date.now() - startMs) / 1_000);
  const part = (n: number | undefined): string => (n === undefined ? '–' : n.toLocaleString('en'));
  return [
    `${seconds}s`,
    `${part(agent?.('skerry_agent_messages_received_total'))} messages`,
    `${part(agent?.('skerry_agent_results_total'))} results`,
    `${part(agent?.('skerry_agent_results_total', 'decision="alert"'))} in alert`,
    `${part(control?.('skerry_control_results_ingested_total'))} at the control plane`,
  ].join(' · ');
}

/** A reader that sums a metric's series, optionally those with a label; undefined where the program doesn't answer. */
async function metrics(url: string): Promise<((name: string, label?: string) => number) | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const lines = (await answer.text()).split('\n');
  return (name, label) =>
    lines
      .filter(
        (l) =>
          (l.startsWith(`${name}{`) || l.startsWith(`${name} `)) &&
          (label === undefined || l.includes(label)),
      )
      .reduce((sum, l) => sum + Number(l.slice(l.lastIndexOf(' ') + 1)), 0);
}
