#!/usr/bin/env node
/** `skerry-sim`: simulated machines and recordings over real MQTT. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { messageOf, reasonOf, SkerryError } from '@skerry/proto/errors';
import { createProgram, print, printJson, printTable, runProgram } from '@skerry/proto/node/program';
import { durationMs, isoFromUs } from '@skerry/proto/units';
import { createMqttPublisher } from './adapters/mqtt-publisher.ts';
import { addRecord } from './adapters/record-command.ts';
import { runReplay } from './adapters/run-replay.ts';
import { runScenario } from './adapters/run-scenario.ts';
import { faultDescriptions } from './faults/fault.ts';
import { machineModels } from './machines/catalog.ts';
import { type Codec, codecs } from './payload.ts';
import { fillTopic } from './replay.ts';
import { parseScenario } from './scenario.ts';
import { isSpeed, parseSpeed } from './speed.ts';

const program = createProgram(
  'skerry-sim',
  'Simulated machines and recordings that publish as real devices do',
).addHelpText(
  'after',
  `
Examples:
  skerry-sim list
  skerry-sim run firmware-sim/scenarios/demo.yaml
  skerry-sim record pump --for 12h --out healthy.csv
  skerry-sim replay healthy.csv --topic plant/hall-1/pump/pump-9/telemetry --speed 60x --now`,
);

const runExamples = `
Examples:
  skerry-sim run firmware-sim/scenarios/demo.yaml
  skerry-sim run firmware-sim/scenarios/spike.yaml --mqtt mqtt://broker.local:1883

Each fault that begins or ends is printed. Ctrl-C ends it: the devices say offline and disconnect.`;

const replayExamples = `
Examples:
  skerry-sim replay press.csv --topic plant/press/7/telemetry
  skerry-sim replay press.csv --topic plant/press/7/telemetry --speed 60x --now
  skerry-sim replay history.csv --topic plant/press/7/telemetry --speed max --device press-7

Times: each message carries the time that the row was recorded at, so replaying twice is replaying the same readings.
With --now the times are shifted: at 1x the first row is now; faster, the last row is now when it is sent, because agents
refuse readings from the future.

JSON: {"device":D,"ts":MILLISECONDS,"COLUMN":VALUE,…}; an empty field is left out.`;

interface Output {
  readonly json?: boolean;
}

program
  .command('run')
  .description("run a scenario's machines until its duration is over, or Ctrl-C")
  .argument('<scenario.yaml>', 'what is there, what it publishes, and what happens to it')
  .option('--mqtt <url>', "broker, instead of the scenario's (SKERRY_MQTT_URL)")
  .option('--json', 'print a summary as JSON when it ends')
  .addHelpText('after', runExamples)
  .action(run);

program
  .command('replay')
  .description('publish a CSV recording, row by row, at its own pace or faster')
  .argument('<file.csv>', 'a header line, a time column, one column a channel')
  .requiredOption('--topic <topic>', 'topic to publish to; {device} in it stands for the device', readTopic)
  .addOption(
    program
      .createOption('--speed <factor>', '1x, 60x, or max: as fast as acknowledgements allow')
      .argParser(readSpeed)
      .default(1, '1x'),
  )
  .addOption(
    program
      .createOption('--within <duration>', 'as fast as it takes to be done within 2m, say, but at least 1x')
      .argParser(readDuration)
      .conflicts('speed'),
  )
  .option('--device <id>', "the device's id; by default the file's name")
  .addOption(program.createOption('--codec <codec>', 'how a row is written').choices(codecs).default('json'))
  .addOption(program.createOption('--qos <n>', 'quality of service').choices(['0', '1', '2']).default('1'))
  .option('--now', 'shift the recorded times to now')
  .option('--time <column>', 'the time column, where its name does not say so')
  .option('--separator <character>', 'between fields, where the header does not show it')
  .option('--mqtt <url>', 'broker (SKERRY_MQTT_URL), mqtt://127.0.0.1:1883 by default')
  .option('--json', 'print a summary as JSON when it ends')
  .addHelpText('after', replayExamples)
  .action(replay);

addRecord(program);

program
  .command('list')
  .description('the machines and faults there are')
  .option('--json', 'print them as JSON')
  .addHelpText('after', '\nExample:\n  skerry-sim list --json')
  .action(list);

async function run(file: string, flags: Output & { mqtt?: string }): Promise<void> {
  const scenario = parseScenario(await readText(file), { file, env: process.env });
  const summary = await runScenario(scenario, {
    url: flags.mqtt ?? process.env.SKERRY_MQTT_URL,
    signal: stopSignal(),
    onFault: (device, atMs, { fault, channel, state }) =>
      note(`${clock(atMs)}  ${device}  ${fault}${channel === undefined ? '' : ` of ${channel}`} ${state}`),
    onConnection: (device, state) =>
      note(`${device}  ${state === 'lost' ? 'lost the broker; trying again' : 'is connected again'}`),
    onProgress: ({ devices, published, dropped }) =>
      progress(`${devices} devices  ${published} published  ${dropped} dropped`),
  });
  if (flags.json) return printJson(summary);
  const { published, devices, acknowledged, dropped, skipped } = summary;
  print(
    `${published} messages of ${devices} devices: ${acknowledged} acknowledged, ${dropped} dropped, ${skipped} readings skipped`,
  );
}

interface ReplayFlags extends Output {
  readonly topic: string;
  readonly speed: number;
  readonly within?: number;
  readonly device?: string;
  readonly codec: Codec;
  readonly qos: string;
  readonly now?: boolean;
  readonly time?: string;
  readonly separator?: string;
  readonly mqtt?: string;
}

async function replay(file: string, flags: ReplayFlags): Promise<void> {
  const device = flags.device ?? basename(file, extname(file));
  const connection = {
    url: flags.mqtt ?? process.env.SKERRY_MQTT_URL ?? 'mqtt://127.0.0.1:1883',
    clientId: device,
    statusTopic: `${fillTopic(flags.topic, device)}/status`,
    username: process.env.SKERRY_MQTT_USERNAME,
    password: process.env.SKERRY_MQTT_PASSWORD,
  };
  const reading = {
    ...(flags.time === undefined ? {} : { time: flags.time }),
    ...(flags.separator === undefined ? {} : { separator: flags.separator.replace('\\t', '\t') }),
  };
  let reportMs = 0;
  const summary = await runReplay(() => createMqttPublisher(connection), {
    file,
    reading,
    device,
    topic: flags.topic,
    codec: flags.codec,
    qos: Number(flags.qos) as 0 | 1 | 2,
    speed: flags.within === undefined ? flags.speed : { withinMs: flags.within },
    toNow: flags.now === true,
    signal: stopSignal(),
    onProgress(rows, timeUs) {
      if (Date.now() < reportMs) return;
      reportMs = Date.now() + 1_000;
      progress(`${rows} rows, at ${isoFromUs(timeUs)}`);
    },
  });
  if (flags.json) return printJson(summary);
  const skipped = summary.skipped === 0 ? '' : `, ${summary.skipped} lines skipped (${summary.firstSkipped})`;
  print(
    `${summary.rows} rows, ${summary.published} messages, ${summary.acknowledged} acknowledged${skipped}`,
  );
}

function list(flags: Output): void {
  if (flags.json) printJson({ machines: Object.values(machineModels), faults: faultDescriptions });
  else printModels();
}

function printModels(): void {
  for (const { kind, description, channels, faults, params } of Object.values(machineModels)) {
    const shown = Object.entries(faults).map(([fault, channel]) => `${fault} (shows in ${channel})`);
    const defaults = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    print(`${kind}: ${description}`);
    printTable(
      ['  channel', 'unit', 'range'],
      channels.map(({ name, unit, range }) => [`  ${name}`, unit, range.join(' to ')]),
    );
    print(`  faults: ${shown.join(', ')}\n  parameters: ${defaults.join(', ')}\n`);
  }
  printTable(['fault', 'what it does'], Object.entries(faultDescriptions));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(error)}`, {
      hint: 'check the path',
      cause: error,
    });
  }
}

function readSpeed(text: string): number {
  if (text === 'max' || isSpeed(text)) return parseSpeed(text);
  return program.error(`error: "${text}" is no speed: write for example 1x, 60x or max`);
}

function readDuration(text: string): number {
  try {
    const ms = durationMs(text);
    if (ms > 0) return ms;
  } catch (error) {
    return program.error(`error: ${messageOf(error)}: write for example 30s or 2m`);
  }
  return program.error('error: --within needs more than 0s');
}

function readTopic(topic: string): string {
  if (topic !== '' && !/[+#\0]/.test(topic)) return topic;
  return program.error(`error: "${topic}" is no topic to publish to: leave out + and #`);
}

// The first Ctrl-C ends the run and lets the devices say goodbye; a second one ends the process.
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

// Logs go to stderr, so that stdout holds nothing but the result; the changing line only where someone looks at it.
function note(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${text}\n`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

await runProgram(program, process.argv.slice(2));
