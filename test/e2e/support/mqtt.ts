import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

/** A client that says what goes wrong instead of trying for ever. */
export function connectMqtt(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  return connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
}

/** A message as a subscriber got it. */
interface Heard {
  topic: string;
  body: Record<string, unknown>;
}

/** A subscriber that keeps every message. */
export interface Listener {
  readonly heard: Heard[];
  on(kind: 'result' | 'alert' | 'drift' | 'status'): Heard[];
  end(): Promise<void>;
}

/** Subscribes to what agents publish, over reconnections too. */
export async function listen(url: string, filter = 'skerry/v1/#'): Promise<Listener> {
  const heard: Heard[] = [];
  const client = await connectMqtt(url, { reconnectPeriod: 200 });
  // A broker that is away is what some tests are about; the client comes back by itself.
  client.on('error', () => undefined);
  client.on('message', (topic, payload) => {
    heard.push({ topic, body: JSON.parse(payload.toString()) as Record<string, unknown> });
  });
  await client.subscribeAsync(filter, { qos: 1 });
  return {
    heard,
    on: (kind) => heard.filter(({ topic }) => topic.endsWith(`/${kind}`)),
    end: () => client.endAsync(true),
  };
}
