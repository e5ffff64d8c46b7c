import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDevice } from './device.ts';
import { faultDescriptions } from './faults/fault.ts';
import { parseScenario, scenarioDevices } from './scenario.ts';

const folder = new URL('../scenarios/', import.meta.url);
const files = readdirSync(folder);
const load = (file: string) => parseScenario(readFileSync(new URL(file, folder), 'utf8'), { file });

const head = 'apiVersion: skerry/v1\nkind: Scenario\n';

function refusal(text: string): string {
  try {
    parseScenario(head + text, { file: 's.yaml' });
  } catch (error) {
    return String(error);
  }
  return 'accepted';
}

describe('the scenarios that come with it', () => {
  it.each(files)('%s is accepted and its devices have something to say', (file) => {
    for (const options of scenarioDevices(load(file))) {
      expect(createDevice(options, 0).step(1e6).length).toBeGreaterThan(0);
    }
  });

  it('are one for each fault, and the demonstration', () => {
    expect(files.toSorted()).toEqual(
      [...Object.keys(faultDescriptions), 'demo'].map((name) => `${name}.yaml`).toSorted(),
    );
    for (const kind of Object.keys(faultDescriptions)) {
      expect(
        load(`${kind}.yaml`).devices.flatMap(({ faults }) => faults.map((fault) => fault.kind)),
      ).toContain(kind);
    }
  });

  it('the demonstration lets one of three pumps cavitate a minute after the start', () => {
    const devices = scenarioDevices(load('demo.yaml'));
    expect(devices.map(({ id }) => id)).toEqual([
      'pump-1',
      'pump-2',
      'pump-3',
      'motor-1',
      'motor-2',
      'room-1',
      'room-2',
    ]);
    const ill = devices.filter(({ faults }) =>
      faults.some(({ kind, at }) => kind === 'cavitation' && at === 60_000),
    );
    expect(ill.map(({ id }) => id)).toEqual(['pump-2']);
    expect(ill[0]!.topic).toBe('plant/hall-1/pump/pump-2/telemetry');
    expect(ill[0]!.statusTopic).toBe('plant/hall-1/pump/pump-2/status');
  });
});

describe('a scenario', () => {
  it('reads durations, rates and speed as numbers, and fills in defaults', () => {
    const scenario = parseScenario(
      `${head}speed: 60x\nduration: 1h\ndevices:\n  - { machine: room, id: r, rate: 4Hz, topic: a/b, faults: [{ kind: clock-skew, at: 1m, for: 90s, offset: -30s }] }\n`,
      { file: 's.yaml' },
    );
    expect(scenario).toMatchObject({
      seed: 1,
      speed: 60,
      duration: 3_600_000,
      mqtt: { url: 'mqtt://127.0.0.1:1883' },
    });
    expect(scenario.devices[0]).toMatchObject({ rate: 4, qos: 1, codec: 'json', count: 1 });
    expect(scenario.devices[0]!.faults[0]).toMatchObject({
      at: 60_000,
      for: 90_000,
      offset: -30_000,
      ppm: 0,
    });
  });

  it('takes the broker password from the environment', () => {
    const text = `${head}mqtt: { url: 'mqtt://b', password: '\${PW}' }\ndevices:\n  - { machine: room, id: r, topic: a/b }\n`;
    expect(parseScenario(text, { file: 's.yaml', env: { PW: 'secret' } }).mqtt.password).toBe('secret');
    expect(() => parseScenario(text, { file: 's.yaml', env: {} })).toThrow('PW is not set');
  });

  it('names path and line of every error', () => {
    const message = refusal(
      'devices:\n  - machine: pump\n    id: p\n    topic: plant/+/x\n    rates: 2Hz\n    faults:\n      - { kind: bearing, at: 5 }\n',
    );
    expect(message).toContain('s.yaml is refused');
    expect(message).toContain('line 6: devices[0].topic: expected a topic without wildcards');
    expect(message).toContain('line 7: devices[0].rates: not a key here');
    expect(message).toContain('line 9: devices[0].faults[0].at');
  });

  it.each([
    [
      'a fault that the machine does not have',
      'faults: [{ kind: bearing }]',
      'a pump has no bearing, only cavitation',
    ],
    [
      'a channel that it does not have',
      'faults: [{ kind: stuck, channel: foo }]',
      'no channel foo, only flow, suction',
    ],
    [
      'a parameter that it does not have',
      'params: { colour: 1 }',
      'no such parameter, only loadMin, loadMax',
    ],
    [
      'a fault of a device that is not there',
      'faults: [{ kind: cavitation, device: q }]',
      'expected one of p',
    ],
    [
      'a fault that is not over when it comes again',
      'faults: [{ kind: cavitation, for: 5m, every: 1m }]',
      'no more than every',
    ],
    ['a count without {n}', 'count: 2', 'expected {n} in it, as count is 2'],
  ])('refuses %s', (_, line, why) => {
    const message = refusal(`devices:\n  - machine: pump\n    id: p\n    topic: 'a/{id}/b'\n    ${line}\n`);
    expect(message).toMatch(/line \d+: devices\[0\]/);
    expect(message).toContain(why);
  });

  it('refuses two devices of one name, two with one status topic, and haste without an end', () => {
    const two = (id: string, topic: string) =>
      `devices:\n  - { machine: room, id: a, topic: x/a }\n  - { machine: room, id: ${id}, topic: ${topic} }\n`;
    expect(refusal(two('a', 'y/a'))).toContain('a is a device already');
    expect(refusal(two('b', 'x/b'))).toContain("x/status is another device's already");
    expect(refusal(`speed: 60x\n${two('b', 'y/b')}`)).toContain('expected a duration as well');
  });
});
