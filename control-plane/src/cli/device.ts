/** `skerry device`: what publishes, with its latest result. */
import type { Command } from '@skerry/proto/node/program';
import type { DeviceInfo } from '../core/shard/fleet-view.ts';
import { ago, number, table, time } from './format.ts';
import { action, wholeNumber } from './session.ts';

/** Adds `device ls`. */
export function addDeviceCommands(program: Command): void {
  const device = program.command('device').description('devices: what publishes readings');
  device
    .command('ls')
    .description('every device with its latest result')
    .option('--agent <agent>', 'only of this agent')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--device <device>', 'only this one')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 1_000)
    .addHelpText('after', '\nExamples:\n  skerry device ls\n  skerry device ls --agent oslo-gw1 --json')
    .action(
      action<{ agent?: string; pipeline?: string; device?: string; limit: number }>(
        async (session, _, { agent, pipeline, device: id, limit }) => {
          const query = { agent, pipeline, device: id };
          const devices = await session.client.list<DeviceInfo>('api/v1/devices', query, limit);
          session.show(devices, () =>
            table(
              [
                'device',
                'agent',
                'pipeline',
                'release',
                'results',
                'errors',
                'last window',
                'decision',
                'outputs',
                'seen',
              ],
              devices.map((d) => [
                d.device,
                d.agent,
                d.pipeline,
                d.release,
                `${d.results}`,
                `${d.errors}`,
                time(Math.floor(d.lastToUs / 1_000)),
                d.lastDecision,
                outputs(d.lastOutputs),
                ago(d.lastSeenMs),
              ]),
              'no device has sent a result yet',
            ),
          );
        },
      ),
    );
}

/** Outputs in one cell: scalars by name, vectors by their width. */
export function outputs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(
      ([name, v]) =>
        `${name}=${typeof v === 'number' ? number(v) : Array.isArray(v) ? `[${v.length}]` : String(v)}`,
    )
    .join(' ');
}
