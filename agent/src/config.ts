/** agent.yaml: the agent's configuration, its defaults and its limits, in one place. */
import { parseDocument } from '@skerry/proto/document';
import { ruleEntry } from '@skerry/proto/release';
import { duration, name, percent, size } from '@skerry/proto/schema';
import { isZone, timeOfDay } from '@skerry/proto/time-of-day';
import { parseReleaseRef } from '@skerry/proto/version';
import { z } from 'zod';
import { DEFAULT_CLOCK } from './time/agent-time.ts';

/** `host:port`, as `{ host, port }`. */
const hostPort = z.string().transform((text, context) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (!match || Number(match[2]) > 65_535) {
    context.addIssue({ code: 'custom', message: 'expected host:port, for example 127.0.0.1:7080' });
    return z.NEVER;
  }
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) };
});

const topicFilter = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (t) =>
      t.split('/').every((l, i, all) => (l === '#' ? i === all.length - 1 : l === '+' || !/[+#]/.test(l))),
    {
      message: 'expected an MQTT topic filter: + for one level, # only at the end',
    },
  )
  .refine((t) => !t.startsWith('skerry/'), {
    message: 'skerry/… is what the agent itself publishes; it is never ingested',
  });

/** A number, or the digits that an environment variable gives. */
const port = z.union([z.number(), z.string()]).transform((value, context) => {
  const number = typeof value === 'number' || /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  context.addIssue({ code: 'custom', message: 'expected a port, 0 to 65535 (0 takes a free one)' });
  return z.NEVER;
});

const source = z.strictObject({
  topics: z.array(topicFilter).min(1),
  /** Template with `{topic[i]}` and `{payload.path}`; the device id. */
  device: z.string().min(1).default('{topic[1]}'),
  codec: z
    .enum(['json', 'senml', 'cbor', 'senml+cbor', 'sparkplug-b', 'protobuf', 'csv', 'number'])
    .default('json'),
  /** Where the event time stands; left out: time of arrival. */
  time: z
    .strictObject({ field: z.string().min(1), unit: z.enum(['s', 'ms', 'us', 'ns', 'iso']).default('ms') })
    .optional(),
  /** The release's channel → the payload's path (dots; `["a.b"]` quotes) or, for csv, the column. */
  channels: z.record(z.string().min(1), z.string().min(1)).refine((c) => Object.keys(c).length > 0, {
    message: "expected at least one of the release's channels, for example { temperature: temp_c }",
  }),
  /** A timestamp further ahead of the agent than this is rejected and moves no watermark. */
  maxFuture: duration.default(5_000),
});

/** What the agent makes of its machine's clock; see time/agent-time.ts. */
const clock = z.strictObject({
  /** `confirmed`: the wall clock counts only once the control plane has confirmed it since the start. */
  trust: z.enum(['always', 'confirmed']).default(DEFAULT_CLOCK.trust),
  /** How far two clocks may be apart and still agree. */
  tolerance: duration.default(DEFAULT_CLOCK.tolerance),
  /** How long the machine may have been off at most, where it doesn't know. */
  maxOff: duration.default(DEFAULT_CLOCK.maxOff),
});

const pipeline = z.strictObject({
  name,
  release: z.string().transform((text, context) => {
    if (text.startsWith('file:')) return { kind: 'file' as const, directory: text.slice(5) };
    try {
      const ref = parseReleaseRef(text);
      return ref.version === undefined
        ? { kind: 'managed' as const, name: ref.name }
        : { kind: 'pinned' as const, name: ref.name, version: ref.version };
    } catch {
      context.addIssue({ code: 'custom', message: 'expected NAME, NAME@VERSION or file:DIRECTORY' });
      return z.NEVER;
    }
  }),
  source,
  /** Where the buffer is full, results of a lower priority give way first. */
  priority: z.int().min(-1000).max(1000).default(0),
  publish: z
    .strictObject({ results: z.boolean().default(true), alerts: z.boolean().default(true) })
    .prefault({}),
  /** Rules beyond the release's own. */
  actions: z.array(ruleEntry).default([]),
});

const listen = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(1883),
  users: z.string().optional(),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  /** MQTT over WebSocket, for pages in browsers. */
  ws: z
    .strictObject({ port: port.default(9001), origins: z.array(z.url({ protocol: /^https?$/ })).default([]) })
    .optional(),
});

const connect = z.strictObject({
  url: z.url({ protocol: /^(mqtts?|wss?)$/ }),
  clientId: z.string().optional(),
  ca: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});

/** Bounds that keep memory and disk where they are, whatever arrives. Each is documented in agent/README.md. */
const limits = z.strictObject({
  /** Largest MQTT packet taken; a larger one closes its connection and is counted. */
  maxPacketBytes: size.default(256 * 1024),
  maxConnections: z.int().positive().default(10_000),
  /** How long a connection to the embedded broker has for TLS and CONNECT. */
  connectTimeout: duration.default(10_000),
  /** Devices a pipeline keeps windows for; samples of further ones are rejected as `devices`. */
  maxDevices: z.int().positive().default(10_000),
  /** Samples a device may hold open per pipeline; further ones are rejected as `overflow`. */
  maxOpenSamples: z.int().positive().default(65_536),
  /** Topics remembered among those that no pipeline takes. */
  maxUnclaimedTopics: z.int().positive().default(100),
  /** Accepted messages that wait for their commit before publishers are held back. */
  maxUncommitted: z.int().positive().default(20_000),
  /** The same in bytes of topics and payloads. */
  maxUncommittedBytes: size.default(16 * 1024 ** 2),
  /** Bytes of MQTT packets begun and not complete, over all connections; beyond, the longest under way is closed. */
  maxIncompleteBytes: size.default(16 * 1024 ** 2),
  /** Journal entries kept for open samples; beyond, these are carried over into fewer entries. */
  maxJournalEntries: z.int().positive().default(10_000),
  /** How long a message without an event time is remembered, so that a copy of it with DUP set is known. */
  repeatsKept: duration.default(600_000),
  /** Messages remembered for that at most. */
  maxRepeats: z.int().positive().default(65_536),
  /** Windows per inference run. */
  maxBatch: z.int().positive().default(512),
});

/** Until it is taken out of agent.yaml again (`true`), or at a time of day. */
const hold = z.union([
  z.boolean(),
  z.strictObject({
    from: timeOfDay,
    to: timeOfDay,
    zone: z.string().refine(isZone, { message: 'expected a time zone such as Europe/Oslo' }).default('UTC'),
  }),
]);

/** Less carries not even a few exchanges an hour. */
const MIN_METERED_BYTES = 64 * 1024;
/** Less holds not even the counters and a block or two. */
const MAX_LINGER_MS = 10_000;
const MIN_BUFFER_BYTES = 32 * 1024;

export const agentConfig = z
  .strictObject({
    apiVersion: z.literal('skerry/v1'),
    kind: z.literal('Agent'),
    agent: z.strictObject({
      id: name.optional(),
      labels: z.record(name, z.string().max(256)).default({}),
      data: z.string().min(1).default('.skerry/agent'),
    }),
    controlPlane: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        enrollToken: z.string().optional(),
        /** The slowest pace of exchanges; a wake, a new alert or the server's own pace come sooner. */
        interval: duration.default(10_000),
        /** A link that is paid for by the byte: what may pass in any hour, both ways together. */
        metered: z
          .strictObject({
            bytesPerHour: size
              .refine((bytes) => bytes >= MIN_METERED_BYTES, { message: 'expected at least 64KiB' })
              .default(10 * 1024 ** 2),
            /** Of what may pass at once, the share that results and releases leave to alerts and state. */
            reserve: percent
              .refine((share) => share <= 0.9, { message: 'expected at most 90%' })
              .default(0.2),
          })
          .optional(),
      })
      .optional(),
    trust: z
      .strictObject({
        root: z.string().optional(),
        allowUnsigned: z.boolean().default(false),
        /** How often signed metadata is looked at when nothing else asks for it. */
        refresh: duration
          .refine((ms) => ms >= 60_000, { message: 'expected at least 1m' })
          .default(6 * 3_600_000),
      })
      .prefault({}),
    mqtt: z.strictObject({ listen: listen.optional(), connect: connect.optional() }).prefault({}),
    clock: clock.prefault({}),
    pipelines: z.array(pipeline).min(1).max(100),
    buffer: z
      .strictObject({
        maxBytes: size
          .refine((bytes) => bytes >= MIN_BUFFER_BYTES, { message: 'expected at least 32KiB' })
          .default(512 * 1024 ** 2),
        maxAge: duration.default(30 * 86_400_000),
        whenFull: z.enum(['degrade', 'drop-oldest', 'reject-new', 'block']).default('degrade'),
        durability: z.enum(['fsync', 'os']).default('fsync'),
        /** How far apart commits begin, at least; so long a PUBACK of a steady stream may wait. */
        linger: duration.refine((ms) => ms <= MAX_LINGER_MS, { message: 'expected at most 10s' }).default(0),
      })
      .prefault({}),
    inference: z
      .strictObject({
        backends: z
          .array(z.enum(['native', 'webgpu', 'wasm']))
          .min(1)
          .default(['native', 'webgpu', 'wasm']),
        maxMemory: size.default(512 * 1024 ** 2),
        /** What a model may remember of a device, in memory and in the database. */
        maxState: size.default(16 * 1024),
        /** Among the variants that pass the golden vectors: the fastest here, or the first in the manifest's order. */
        choose: z.enum(['fastest', 'first']).default('fastest'),
        /** A model that takes longer for a batch of 32 windows runs in a worker thread. */
        workerAbove: duration.default(10),
        /** What a release may take that runs beside the one that serves; all of an agent's together. */
        shadow: z
          .strictObject({
            /** Of the time. 0%: none is run here, and the control plane is told so. */
            maxCpu: percent.refine((share) => share <= 1, { message: 'expected at most 100%' }).default(0.25),
            /** For one window: a release that takes longer when it is checked isn't run. */
            maxLatency: duration.default(50),
            /** Of its model files; within maxMemory, and only what those that serve leave. */
            maxMemory: size.default(128 * 1024 ** 2),
            /** Windows of a pipeline that wait for it; beyond, they are left out and counted. */
            maxWaiting: size.default(4 * 1024 ** 2),
          })
          .prefault({}),
      })
      .prefault({}),
    /** How a release's own limits are judged, past which the agent goes back to the one before it. */
    revert: z
      .strictObject({
        /** Error rate and latency are judged from so many windows on. */
        windows: z.int().positive().default(20),
        /** How far back they are judged, and further where that holds fewer windows. */
        within: duration.refine((ms) => ms >= 1_000, { message: 'expected at least 1s' }).default(600_000),
      })
      .prefault({}),
    /** Windows that a policy has captured for people to label. */
    capture: z
      .strictObject({
        /** Held until the control plane has them. */
        maxBytes: size.default(16 * 1024 ** 2),
        /** Chance with which any window is taken, whatever its score. */
        random: percent.default(0.1),
        /** Which windows are unlike what was seen (capture/novelty.ts). */
        novelty: z
          .strictObject({
            centres: z.int().nonnegative().max(256).default(16),
            above: percent.refine((share) => share < 1, { message: 'expected less than 100%' }).default(0.99),
            warmUp: z.int().nonnegative().default(200),
          })
          .prefault({}),
      })
      .prefault({}),
    /** What people at the device have a say in, where the control plane moves a pipeline to another release. */
    updates: z
      .strictObject({
        /** `ask`: it waits until one of them consents (skerry-agent consent, or the agent's page). */
        consent: z.enum(['auto', 'ask']).default('auto'),
        hold: hold.default(false),
      })
      .prefault({}),
    local: z.strictObject({ listen: hostPort.prefault('127.0.0.1:7080') }).prefault({}),
    limits: limits.prefault({}),
  })
  .superRefine((config, context) => {
    if (!config.mqtt.listen && !config.mqtt.connect)
      context.addIssue({
        code: 'custom',
        path: ['mqtt'],
        message: 'expected listen (the embedded broker), connect (a broker that is there), or both',
      });
    const seen = new Set<string>();
    for (const [i, p] of config.pipelines.entries()) {
      if (seen.has(p.name))
        context.addIssue({
          code: 'custom',
          path: ['pipelines', i, 'name'],
          message: `pipeline "${p.name}" stands twice`,
        });
      seen.add(p.name);
      if (p.release.kind !== 'file' && !config.controlPlane && config.trust.root === undefined)
        context.addIssue({
          code: 'custom',
          path: ['pipelines', i, 'release'],
          message: 'expected file:DIRECTORY, since neither controlPlane nor trust.root is configured',
        });
    }
  });

/** The configuration as parsed: durations in milliseconds, sizes in bytes, defaults filled in. */
export type AgentConfig = z.output<typeof agentConfig>;
export type PipelineConfig = AgentConfig['pipelines'][number];

/** Parses agent.yaml. Throws one SkerryError that names every error with its line. */
export function parseAgentConfig(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): AgentConfig {
  return parseDocument(text, agentConfig, { file, env });
}
