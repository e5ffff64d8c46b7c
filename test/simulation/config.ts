import { type AgentConfig, agentConfig } from '@skerry/agent/config';
import type { Mix } from './mix.ts';
import { CHANNELS } from './model.ts';

const CONTROL_URL = 'https://control.example';

/** agent.yaml of a simulated gateway, parsed. */
export function configOf(id: string, mix: Mix, enrollToken: string): AgentConfig {
  return agentConfig.parse({
    apiVersion: 'skerry/v1',
    kind: 'Agent',
    agent: { id },
    controlPlane: { url: CONTROL_URL, enrollToken },
    mqtt: { listen: {} },
    // Wrong clocks are to change no result: until the control plane has told the time, the machine's isn't believed.
    clock: { trust: 'confirmed' },
    pipelines: [
      {
        name: 'pumps',
        release: 'pumps',
        source: {
          topics: ['plant/+/telemetry'],
          ...(!mix.timeless && { time: { field: 'ts', unit: 'ms' } }),
          channels: Object.fromEntries(CHANNELS.map((name) => [name, name])),
        },
      },
    ],
    buffer: { maxBytes: `${mix.maxBytes}B`, whenFull: mix.whenFull, linger: `${mix.lingerMs}ms` },
  });
}
