/** Runs a scenario in real time: steps its devices when they are due and does what they want done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDevice, type Device, type DeviceOptions, type DeviceOutput } from '../device.ts';
import type { FaultChange } from '../faults.ts';
import type { Publisher } from '../ports.ts';
import { type Scenario, scenarioDevices } from '../scenario.ts';
import { createPace, originUs } from '../speed.ts';
import { createMqttPublisher } from './mqtt-publisher.ts';

/** How to run it. */
export interface RunOptions {
  /** Broker, instead of the scenario's. */
  readonly url?: string | undefined;
  /** Ends the run; what is in flight is still delivered. */
  readonly signal: AbortSignal;
  /** Told of each fault that comes or goes, with the time since the start. */
  readonly onFault?: (device: string, atMs: number, change: FaultChange) => void;
  /** Told when a device's connection breaks (other than by a reboot) and when it stands again. */
  readonly onConnection?: (device: string, state: 'lost' | 'back') => void;
  /** Told about once a second while it runs. */
  readonly onProgress?: (summary: RunSummary) => void;
}

/** What a run did; `skipped` readings were never taken because the computer slept. */
export interface RunSummary {
  readonly devices: number;
  readonly published: number;
  readonly acknowledged: number;
  readonly dropped: number;
  readonly skipped: number;
}

interface Unit {
  readonly device: Device;
  readonly publisher: Publisher;
}

const connectAtOnce = 50;

/**
 * Runs to the scenario's duration or until `signal`. Throws SkerryError where the broker can't be reached at first; later it
 * reconnects for ever.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunSummary> {
  const devices = scenarioDevices(scenario);
  const publishers = await connectAll(devices, scenario, options);
  const startMs = Date.now();
  const spanUs = (scenario.duration ?? 0) * 1000;
  const origin = scenario.speed > 1 ? originUs(scenario.speed, spanUs, startMs) : startMs * 1000;
  const endUs = scenario.duration === undefined ? Number.POSITIVE_INFINITY : origin + spanUs;
  const pace = createPace(scenario.speed, origin, startMs);
  const units = devices.map((device, i) => ({
    device: createDevice(device, origin),
    publisher: publishers[i]!,
  }));
  let reportMs = startMs;
  while (!options.signal.aborted) {
    const nowUs = Math.min(pace.timeUsAt(Date.now()), endUs);
    for (const unit of units) {
      if (unit.device.nextUs <= nowUs) perform(unit, unit.device.step(nowUs), options);
    }
    if (nowUs >= endUs) break;
    if (Date.now() >= reportMs) {
      options.onProgress?.(summarize(units));
      reportMs += 1_000;
    }
    const nextUs = Math.min(endUs, ...units.map((unit) => unit.device.nextUs));
    await pause(pace.wallMsAt(nextUs) - Date.now(), options.signal);
  }
  for (const unit of units) perform(unit, unit.device.finish(), options);
  await Promise.all(publishers.map((publisher) => publisher.close()));
  return summarize(units);
}

async function connectAll(
  devices: readonly DeviceOptions[],
  { mqtt }: Scenario,
  options: RunOptions,
): Promise<Publisher[]> {
  const { username, password, url } = { ...mqtt, url: options.url ?? mqtt.url };
  const publishers: Publisher[] = [];
  for (let i = 0; i < devices.length; i += connectAtOnce) {
    const batch = devices.slice(i, i + connectAtOnce).map(({ id, statusTopic }) => {
      const onConnection = (state: 'lost' | 'back') => options.onConnection?.(id, state);
      return createMqttPublisher({ url, clientId: id, statusTopic, username, password, onConnection });
    });
    const settled = await Promise.allSettled(batch);
    publishers.push(...settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed === undefined) continue;
    await Promise.all(publishers.map((publisher) => publisher.close()));
    throw failed.reason;
  }
  return publishers;
}

function perform({ device, publisher }: Unit, outputs: readonly DeviceOutput[], options: RunOptions): void {
  for (const output of outputs) {
    switch (output.kind) {
      case 'publish':
        publisher.offer(output.message);
        break;
      case 'power-off':
        publisher.cut();
        break;
      case 'power-on':
        publisher.restore();
        break;
      case 'fault':
        options.onFault?.(device.id, output.atMs, output.change);
        break;
    }
  }
}

function summarize(units: readonly Unit[]): RunSummary {
  const sum = (count: (unit: Unit) => number) => units.reduce((total, unit) => total + count(unit), 0);
  return {
    devices: units.length,
    published: sum(({ publisher }) => publisher.counts.published),
    acknowledged: sum(({ publisher }) => publisher.counts.acknowledged),
    dropped: sum(({ publisher }) => publisher.counts.dropped),
    skipped: sum(({ device }) => device.skipped),
  };
}

// Wakes at least once a second, so that a clock that was set or a computer that slept is noticed.
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(1_000, Math.max(0, ms)), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
