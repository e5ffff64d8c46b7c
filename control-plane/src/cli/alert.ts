/** `skerry alert`: episodes that want a person. */
import { type Command, print } from '@skerry/proto/node/program';
import type { AlertInfo } from '../core/shard/alerts.ts';
import { number, percent, table, time } from './format.ts';
import { action, wholeNumber } from './session.ts';

/** Adds `alert ls|ack`. */
export function addAlertCommands(program: Command): void {
  const alert = program.command('alert').description('alerts: episodes, and who has seen them');
  alert
    .command('ls')
    .description('open alerts, the newest first')
    .option('--all', 'cleared and acknowledged ones too')
    .option('--agent <agent>', 'only of this agent')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--device <device>', 'only of this device')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 100)
    .addHelpText('after', '\nExamples:\n  skerry alert ls\n  skerry alert ls --all --device press-7')
    .action(
      action<{ all?: boolean; agent?: string; pipeline?: string; device?: string; limit: number }>(
        async (session, _, { all, agent, pipeline, device, limit }) => {
          const query = { state: all ? 'all' : 'open', agent, pipeline, device };
          const alerts = await session.client.list<AlertInfo>('api/v1/alerts', query, limit);
          session.show(alerts, () => showAlerts(alerts));
        },
      ),
    );
  alert
    .command('ack')
    .description('acknowledge an alert: somebody has seen it')
    .argument('<agent>')
    .argument('<episode>')
    .addHelpText('after', '\nExample:\n  skerry alert ack oslo-gw1 ep_7f3k…')
    .action(
      action(async (session, [agent, episode]) => {
        const path = `api/v1/alerts/${encodeURIComponent(agent!)}/${encodeURIComponent(episode!)}/ack`;
        const info = await session.client.json<AlertInfo>('POST', path);
        session.show(info, () => print(`Acknowledged by ${info.acknowledgedBy ?? 'you'}: ${episode}`));
      }),
    );
}

function showAlerts(alerts: readonly AlertInfo[]): void {
  table(
    ['opened', 'state', 'agent', 'device', 'pipeline', 'what', 'episode'],
    alerts.map((a) => [
      time(a.openedMs),
      a.acknowledgedBy ? `${a.state}, seen by ${a.acknowledgedBy}` : a.state,
      a.agent,
      a.device || '–',
      a.pipeline || '–',
      what(a),
      a.episode,
    ]),
    'no open alert',
  );
}

function what({ kind, result }: AlertInfo): string {
  const message = typeof result.message === 'string' ? result.message : '';
  const value = typeof result.value === 'number' ? result.value : undefined;
  const threshold = typeof result.threshold === 'number' ? result.threshold : undefined;
  const attribution = Array.isArray(result.attribution)
    ? (result.attribution as { channel: string; share: number }[])
    : [];
  const cause = attribution
    .slice(0, 2)
    .map((a) => `${a.channel} ${percent(a.share)}`)
    .join(', ');
  if (kind === 'server' || value === undefined) return message || kind;
  return [message || `${kind} ${number(value)} past ${number(threshold)}`, cause].filter(Boolean).join('; ');
}
