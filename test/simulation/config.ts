import { type AgentConfig, agentConfig } from '@skerry/agent/config';
import type { Mix } from './mix.ts';
import { CHANNELS } from './model.ts';

export const CONTROL_URL = 'https://control.example';

/** agent.yaml of a simulated gateway, parsed. */
export function configOf(id: string, mix: Mix, enrollToken: string): AgentConfig {
  return agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: { id },
    controlPlane: { url: CONTROL_URL, enrollToken },
    mqtt: { listen: {} },
    pipelines: [
      {
        name: 'pumps',
        release: 'pumps',
        source: {
          topics: ['plant/+/telemetry'],
          ...(!mix.timeless && { time: { field: 'ts', unit: 'ms' } }),
          channels: Object.fromEntries(CHANNELS.map((name) => [name, name])),
          // Wrong clocks are to change no result, so no sample is taken to come from the future.
          maxFuture: '30d',
        },
      },
    ],
    buffer: { maxBytes: `${mix.maxBytes}B`, whenFull: mix.whenFull },
  });
}
