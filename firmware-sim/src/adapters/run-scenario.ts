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
const drainMs = 5_000;

// Live, a device drops what it can't send, as a real one does. Above 1x only the simulation is in a hurry, so it waits for
// acknowledgements and advances in slices of half a second, and nothing is lost however slow the broker.
const sliceUs = 500_000;

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
  const mode = scenario.speed > 1 ? 'wait' : 'live';
  let nextUs = origin;
  while (!options.signal.aborted) {
    const paceUs = Math.min(pace.timeUsAt(Date.now()), endUs);
    const nowUs = mode === 'wait' ? Math.min(paceUs, nextUs + sliceUs) : paceUs;
    for (const unit of units) {
      if (unit.device.nextUs <= nowUs) await perform(unit, unit.device.step(nowUs), mode, options);
    }
    if (nowUs >= endUs) break;
    if (Date.now() >= reportMs) {
      options.onProgress?.(summarize(units));
      reportMs += 1_000;
    }
    nextUs = Math.min(endUs, ...units.map((unit) => unit.device.nextUs));
    await pause(pace.wallMsAt(nextUs) - Date.now(), options.signal);
  }
  for (const unit of units) await perform(unit, unit.device.finish(), mode, options);
  // Live, a broker that is gone is waited for a while only; what a device then still holds is lost, as the summary shows.
  const last =
    mode === 'live' ? AbortSignal.any([options.signal, AbortSignal.timeout(drainMs)]) : options.signal;
  await Promise.all(publishers.map((publisher) => publisher.close(last)));
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
    await Promise.all(publishers.map((publisher) => publisher.close(options.signal)));
    throw failed.reason;
  }
  return publishers;
}

async function perform(
  { device, publisher }: Unit,
  outputs: readonly DeviceOutput[],
  mode: 'live' | 'wait',
  options: RunOptions,
): Promise<void> {
  for (const output of outputs) {
    switch (output.kind) {
      case 'publish':
        if (mode === 'live') publisher.offer(output.message);
        else await publisher.send(output.message, options.signal);
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
