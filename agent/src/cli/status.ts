import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { print, printJson, printTable } from '@skerry/proto/node/program';
import { formatBytes, formatDuration } from '@skerry/proto/units';
import type { AgentStatus, PipelineStatus } from '../local/view.ts';

/** Where an agent's local server answers on this machine. */
export function localUrl({ host, port }: { host: string; port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What the running agent's local server says. Throws SkerryError unavailable where none runs. */
export async function fetchStatus(url: string): Promise<AgentStatus> {
  let answer: Response;
  try {
    answer = await fetch(new URL('/api/status', url), { signal: AbortSignal.timeout(5_000) });
  } catch (cause) {
    throw new SkerryError('unavailable', `no agent answers at ${url}: ${reasonOf(cause)}`, {
      hint: 'start one with skerry-agent run -c agent.yaml, or name its page with --url',
      cause,
    });
  }
  const status = answer.ok
    ? ((await answer.json().catch(() => undefined)) as AgentStatus | undefined)
    : undefined;
  if (status?.agent !== undefined) return status;
  throw new SkerryError('failed', `${url} answers (${answer.status}), but is no Skerry agent`, {
    hint: "name the agent's own page with --url",
  });
}

/** `skerry-agent status`. */
export async function showStatus(options: { url: string; json: boolean }): Promise<void> {
  const status = await fetchStatus(options.url);
  if (options.json) return printJson(status);
  const { controlPlane } = status;
  print(`${status.agent}  up ${formatDuration(status.uptimeMs)}  ${status.messagesReceived} messages`);
  print(`control plane: ${controlPlane.state}${controlPlane.url ? ` (${controlPlane.url})` : ''}`);
  print(`clock: ${clockLine(status.clock)}`);
  const { metered } = controlPlane;
  if (metered)
    print(
      `metered: ${formatBytes(metered.bytesPerHour)} an hour, ${formatBytes(metered.leftBytes)} may pass now`,
    );
  for (const notice of status.notices) print(`! ${notice}`);
  print('');
  printTable(
    ['pipeline', 'release', 'variant', 'backend', 'state', 'devices', 'windows', 'p95'],
    status.pipelines.map((p) => [
      p.name,
      p.release || '–',
      p.variant || '–',
      p.backend || '–',
      stateOf(p),
      `${p.devices.length}`,
      `${p.windows}`,
      Number.isFinite(p.inferUsP95) ? `${Math.round(p.inferUsP95)} µs` : '–',
    ]),
  );
  for (const { name, shadow } of status.pipelines) if (shadow) print(`${name}: ${shadowLine(shadow)}`);
  print('');
  showLedger(status);
  if (status.unclaimedMessages > 0) {
    print(`\n${status.unclaimedMessages} messages on topics that no pipeline takes:`);
    printTable(
      ['topic', 'messages'],
      status.unclaimed.map((u) => [u.topic, `${u.messages}`]),
    );
  }
  for (const alert of status.alerts)
    print(`\nALERT ${alert.pipeline}/${alert.device} since ${alert.since}: ${alert.message}`);
}

function stateOf({ state, error, waits }: PipelineStatus): string {
  if (waits)
    return waits.for === 'hold'
      ? `${state}; ${waits.release} is on hold`
      : `${state}; ${waits.release} waits: skerry-agent consent`;
  return error ? `${state}: ${error}` : state;
}

function shadowLine(shadow: NonNullable<AgentStatus['pipelines'][number]['shadow']>): string {
  const { release, state, error, matched, flips, errors, shed } = shadow;
  if (state !== 'active') return `shadow ${release} ${state}${error ? `: ${error}` : ''}`;
  return `shadow ${release}: ${flips} of ${matched} windows decided otherwise, ${errors} errors, ${shed} left out`;
}

function clockLine({ state, time, machine, uncertaintyMs }: AgentStatus['clock']): string {
  const within = uncertaintyMs === undefined ? '' : ` ± ${formatDuration(uncertaintyMs)}`;
  const other = state === 'disputed' || state === 'unknown' ? `; the machine says ${machine}` : '';
  return `${state}, ${time}${within}${other}`;
}

/** The two sums of the ledger, as they add up. */
export function showLedger(
  status: Pick<AgentStatus, 'epoch' | 'outbox' | 'outboxBytes'> & {
    pipelines: Pick<AgentStatus['pipelines'][number], 'name' | 'samples'>[];
  },
): void {
  printTable(
    ['samples', 'received', '= rejected', '+ open', '+ used', '+ gap', '+ skipped'],
    status.pipelines.map(({ name, samples }) => [
      name,
      `${samples.received}`,
      `${Object.values(samples.rejected).reduce((a, b) => a + b, 0)}`,
      `${samples.open}`,
      `${samples.used}`,
      `${samples.gap}`,
      `${samples.skipped}`,
    ]),
  );
  printTable(
    ['records', 'produced', '= delivered', '+ pending', '+ summarized', '+ evicted'],
    status.outbox.map((lane) => [
      lane.lane,
      `${lane.produced}`,
      `${lane.delivered}`,
      `${lane.pending}`,
      `${lane.summarized}`,
      `${lane.evicted}`,
    ]),
  );
  print(`epoch ${status.epoch}, ${formatBytes(status.outboxBytes)} held`);
}
