/**
 * A scenario: which machines there are, what they publish and what happens to them. One worked example is
 * scenarios/demo.yaml; the README lists every key.
 */
import { parseDocument } from '@skerry/proto/document';
import { duration, name, rate } from '@skerry/proto/schema';
import { durationMs } from '@skerry/proto/units';
import { z } from 'zod';
import type { DeviceOptions } from './device.ts';
import { misfit } from './faults/fault.ts';
import { machineModels } from './machines/catalog.ts';
import { machineFaults, machineKinds } from './machines/machine.ts';
import { codecs } from './payload.ts';
import { isSpeed, parseSpeed } from './speed.ts';

const timing = {
  /** Only this device of the entry; left out: all of them. */
  device: name.optional(),
  at: duration.default(0),
  for: duration.default(Number.POSITIVE_INFINITY),
  every: duration.refine((ms) => ms > 0, 'expected more than 0s').optional(),
};
const share = z.number().min(0).max(1);
const channel = z.string().min(1);

const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(machineFaults),
    ...timing,
    severity: share.default(1),
    ramp: duration.default(0),
  }),
  z.strictObject({
    kind: z.literal('spike'),
    ...timing,
    channel,
    magnitude: z.number(),
    probability: share.default(0.02),
  }),
  z.strictObject({ kind: z.literal('drift'), ...timing, channel, perMinute: z.number() }),
  z.strictObject({ kind: z.literal('stuck'), ...timing, channel }),
  z.strictObject({ kind: z.literal('noise'), ...timing, channel, sd: z.number().positive() }),
  z.strictObject({
    kind: z.literal('dropout'),
    ...timing,
    channel: channel.optional(),
    probability: share.default(1),
  }),
  z.strictObject({
    kind: z.literal('clock-skew'),
    ...timing,
    /** A minus in front: a clock that is behind. */
    offset: z
      .string()
      .regex(/^-?\d+(\.\d+)?(ms|s|m|h|d)$/, 'expected a duration, for example 30s or -30s')
      .transform((text) => (text.startsWith('-') ? -durationMs(text.slice(1)) : durationMs(text)))
      .default(0),
    ppm: z.number().min(-1e6).max(1e6).default(0),
  }),
  z.strictObject({ kind: z.literal('duplicate'), ...timing, probability: share.default(0.1) }),
  z.strictObject({
    kind: z.literal('reorder'),
    ...timing,
    probability: share.default(0.1),
    depth: z.int().min(1).max(1000).default(3),
  }),
  z.strictObject({ kind: z.literal('reboot'), ...timing, for: duration }),
]);

const topic = z
  .string()
  .regex(/^[^+#\0]+$/, 'expected a topic without wildcards, for example plant/hall-1/pump/{id}/telemetry');

const device = z
  .strictObject({
    machine: z.enum(machineKinds),
    /** `{n}` counts from 1. */
    id: z.string().regex(/^(?:[A-Za-z0-9._-]|\{n\}){1,64}$/, 'expected A-Z a-z 0-9 . _ - and {n}'),
    count: z.int().min(1).max(10_000).default(1),
    params: z.record(z.string(), z.number()).default({}),
    rate: rate.refine((hz) => hz <= 1000, 'expected at most 1000Hz').default(1),
    topic,
    /** Where the device says that it is online, and its last will that it isn't; by default beside `topic`. */
    status: topic.optional(),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(1),
    codec: z.enum(codecs).default('json'),
    faults: z.array(fault).default([]),
  })
  .superRefine((entry, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const model = machineModels[entry.machine];
    if (entry.count > 1 && !entry.id.includes('{n}'))
      issue(['id'], `expected {n} in it, as count is ${entry.count}`);
    if (entry.count > 1 && !/\{(id|n)\}/.test(entry.topic))
      issue(['topic'], `expected {id} in it, as count is ${entry.count}`);
    for (const param of Object.keys(entry.params)) {
      if (Object.hasOwn(model.params, param)) continue;
      issue(
        ['params', param],
        `a ${entry.machine} has no such parameter, only ${Object.keys(model.params).join(', ')}`,
      );
    }
    const ids = idsOf(entry);
    for (const [i, spec] of entry.faults.entries()) {
      const why = misfit(spec, entry.machine, model);
      if (why !== undefined) issue(['faults', i], why);
      if (spec.device !== undefined && !ids.includes(spec.device))
        issue(['faults', i, 'device'], `expected one of ${idList(ids)}`);
      if (spec.every !== undefined && spec.for > spec.every)
        issue(['faults', i, 'for'], 'expected no more than every');
    }
  });

const scenario = z
  .strictObject({
    apiVersion: z.literal('skerry/v1'),
    kind: z.literal('Scenario'),
    seed: z.int().default(1),
    mqtt: z
      .strictObject({
        url: z.string().regex(/^(mqtts?|wss?):\/\/.+/, 'expected mqtt:// or mqtts:// or ws:// or wss://'),
        username: z.string().optional(),
        password: z.string().optional(),
      })
      .default({ url: 'mqtt://127.0.0.1:1883' }),
    /** Simulated time; left out: until stopped. */
    duration: duration.optional(),
    speed: z.string().refine(isSpeed, 'expected for example 1x or 60x').transform(parseSpeed).default(1),
    devices: z.array(device).min(1),
  })
  .superRefine((value, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (value.speed > 1 && value.duration === undefined) {
      issue(
        ['speed'],
        'expected a duration as well: above 1x the simulation begins in the past, so that it ends at now',
      );
    }
    const ids = new Set<string>();
    const topics = new Set<string>();
    for (const [i, entry] of value.devices.entries()) {
      for (const { id, statusTopic } of entryDevices(entry)) {
        if (ids.has(id)) issue(['devices', i, 'id'], `${id} is a device already`);
        else if (topics.has(statusTopic))
          issue(['devices', i, 'status'], `${statusTopic} is another device's already`);
        ids.add(id);
        topics.add(statusTopic);
      }
    }
  });

/** A scenario as it was read: durations in milliseconds, rates in Hz, speed as a factor. */
export type Scenario = z.output<typeof scenario>;

/** Reads a scenario. Throws one SkerryError that lists every error with its path, line and what was expected. */
export function parseScenario(
  text: string,
  options: { file: string; env?: Readonly<Record<string, string | undefined>> },
): Scenario {
  return parseDocument(text, scenario, options);
}

/** The devices of a scenario, one by one. */
export function scenarioDevices(value: Scenario): DeviceOptions[] {
  return value.devices.flatMap((entry) =>
    entryDevices(entry).map(({ id, topic, statusTopic }) => ({
      id,
      topic,
      statusTopic,
      machine: entry.machine,
      params: entry.params,
      seed: value.seed,
      rateHz: entry.rate,
      qos: entry.qos,
      codec: entry.codec,
      faults: entry.faults.filter((spec) => spec.device === undefined || spec.device === id),
    })),
  );
}

type Entry = z.output<typeof device>;

function entryDevices(entry: Entry): { id: string; topic: string; statusTopic: string }[] {
  return idsOf(entry).map((id, i) => {
    const fill = (template: string) => template.replaceAll('{id}', id).replaceAll('{n}', String(i + 1));
    return { id, topic: fill(entry.topic), statusTopic: fill(entry.status ?? statusBeside(entry.topic)) };
  });
}

function idsOf(entry: Pick<Entry, 'id' | 'count'>): string[] {
  return Array.from({ length: entry.count }, (_, i) => entry.id.replaceAll('{n}', String(i + 1)));
}

function idList(ids: readonly string[]): string {
  return ids.length > 6 ? `${ids[0]} to ${ids.at(-1)}` : ids.join(', ');
}

// plant/hall-1/pump/{id}/telemetry -> plant/hall-1/pump/{id}/status, but plant/{id} -> plant/{id}/status
function statusBeside(telemetry: string): string {
  const last = telemetry.lastIndexOf('/');
  return telemetry.includes('{', last) ? `${telemetry}/status` : `${telemetry.slice(0, last + 1)}status`;
}
