import { SkerryError } from '@skerry/proto/errors';
import type { AgentConfig } from '../config.ts';

/** agent.yaml as a page can follow it. */
export interface PageConfig {
  config: AgentConfig;
  agentId: string;
  connect: NonNullable<AgentConfig['mqtt']['connect']>;
}

/**
 * What of agent.yaml holds in a page: it connects to a broker over WebSocket, gets releases from the control plane, has no
 * native backend, and its commits are as durable as the browser makes them. Throws one SkerryError `invalid` that
 * names everything that a page can't do.
 */
export function fitConfig(config: AgentConfig): PageConfig {
  const { agent, mqtt, pipelines, controlPlane, inference } = config;
  const backends = inference.backends.filter((name) => name !== 'native');
  const wrong: [boolean, string][] = [
    [agent.id === undefined, 'agent.id is missing: a page has no host name to go by'],
    [mqtt.listen !== undefined, "mqtt.listen: a page can't listen; connect to a broker"],
    [!/^wss?:/.test(mqtt.connect?.url ?? ''), 'mqtt.connect.url: a page connects by ws:// or wss:// only'],
    [mqtt.connect?.ca !== undefined, 'mqtt.connect.ca: the browser itself decides whom it trusts'],
    [pipelines.some(({ release }) => release.kind === 'file'), 'pipelines: a page has no file:DIR'],
    [controlPlane?.metered !== undefined, "controlPlane.metered: a page can't count what the browser sends"],
    [
      config.trust.root !== undefined,
      'trust.root: a page reads no files; the enrolment token carries the root',
    ],
    [backends.length === 0, 'inference.backends: a page has webgpu and wasm'],
  ];
  const told = wrong.filter(([isWrong]) => isWrong).map(([, text]) => text);
  if (told.length > 0 || agent.id === undefined || mqtt.connect === undefined)
    throw new SkerryError('invalid', `agent.yaml doesn't fit a page:\n${told.join('\n')}`);
  return {
    config: {
      ...config,
      buffer: { ...config.buffer, durability: 'os' },
      inference: { ...inference, backends },
    },
    agentId: agent.id,
    connect: mqtt.connect,
  };
}
