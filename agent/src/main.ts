#!/usr/bin/env node
/** `skerry-agent`: the edge runtime's program. */
import { createProgram, InvalidArgumentError, Option, runProgram } from '@skerry/proto/node/program';
import { runBacktest } from './cli/backtest.ts';
import { outboxAcknowledge, outboxExport } from './cli/byhand.ts';
import { check } from './cli/check.ts';
import { consent } from './cli/consent.ts';
import { enroll } from './cli/enroll.ts';
import { infer } from './cli/infer.ts';
import { installBundle } from './cli/install.ts';
import { outboxLedger, outboxLs, outboxVerify } from './cli/outbox.ts';
import { run } from './cli/run.ts';
import { showStatus } from './cli/status.ts';

const configOption = (): Option =>
  new Option('-c, --config <file>', 'the configuration').default('agent.yaml').env('SKERRY_CONFIG');
const JSON_FLAG = ['--json', 'machine output on stdout', false] as const;

/** Adds a command's examples to its help. */
const examples = (...lines: string[]): string =>
  `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((l) => `  skerry-agent ${l}`).join('\n')}`;

function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('Give a URL such as http://127.0.0.1:7080.');
}

function tolerance(text: string): number {
  if (text.trim() !== '' && Number(text) >= 0) return Number(text);
  throw new InvalidArgumentError('Give a number of at least 0.');
}

const program = createProgram(
  'skerry-agent',
  'Takes in MQTT sensor streams, runs ONNX models on the spot, keeps results, syncs',
);
program.addHelpText(
  'after',
  `
Examples:
  skerry-agent check -c agent.yaml
  skerry-agent run -c agent.yaml
  skerry-agent status --json
  skerry-agent outbox ledger -c agent.yaml
  skerry-agent infer model.onnx --inputs inputs.json --json
  skerry-agent backtest -c agent/examples/univariate.yaml --pipeline univariate --input recording.csv --out results.ndjson

Settings: a flag before the environment (SKERRY_…) before the file.`,
);

program
  .command('run')
  .description('run the agent until SIGINT or SIGTERM')
  .addOption(configOption())
  .addOption(
    new Option('--log-level <level>', 'on stderr, as JSON lines')
      .choices(['debug', 'info', 'warn', 'error'])
      .default('info')
      .env('SKERRY_LOG_LEVEL'),
  )
  .addHelpText('after', examples('run -c agent.yaml', 'run -c agent.yaml --log-level warn 2> agent.log'))
  .action(run);

program
  .command('check')
  .description('check configuration, folders, ports, releases, backends and control plane; starts nothing')
  .addOption(configOption())
  .option(...JSON_FLAG)
  .addHelpText('after', examples('check -c agent.yaml'))
  .action(check);

program
  .command('enroll')
  .description('make the device key and enrol with the control plane now; run does it too')
  .addOption(configOption())
  .addOption(new Option('--token <token>', 'instead of controlPlane.enrollToken').env('SKERRY_ENROLL_TOKEN'))
  .option(...JSON_FLAG)
  .addHelpText('after', examples('enroll -c agent.yaml --token ske_…'))
  .action(enroll);

program
  .command('status')
  .description('what the running agent is doing')
  .addOption(
    new Option('--url <url>', "the agent's own page")
      .argParser(httpUrl)
      .default('http://127.0.0.1:7080')
      .env('SKERRY_AGENT_URL'),
  )
  .option(...JSON_FLAG)
  .addHelpText('after', examples('status', 'status --url http://127.0.0.1:8080 --json'))
  .action(showStatus);

program
  .command('infer <model>')
  .description('one run of any ONNX model')
  .requiredOption(
    '--inputs <file|dir>',
    'JSON: each input name mapped to {"type","dims","data"}; or a folder of input_0.pb, … (ONNX TensorProto)',
  )
  .option(
    '--expect <dir>',
    'with a folder of inputs: compare with its output_0.pb, …; exit code 1 where they differ',
  )
  .option('--rtol <number>', 'allowed difference of floats, relative', tolerance, 1e-3)
  .option('--atol <number>', 'and absolute', tolerance, 1e-6)
  .addOption(
    new Option('--backend <name>', 'what to run it on')
      .choices(['native', 'wasm', 'webgpu'])
      .default('native'),
  )
  .option(...JSON_FLAG)
  .addHelpText(
    'after',
    examples(
      'infer model.onnx --inputs inputs.json',
      'infer model.onnx --inputs inputs.json --backend wasm --json',
      'infer model.onnx --inputs test_data_set_0 --expect test_data_set_0 --atol 1e-5',
    ),
  )
  .action(infer);

program
  .command('backtest')
  .description('the live code over a recording, on event time, at full speed')
  .addOption(configOption())
  .requiredOption('--pipeline <name>', 'which of the configured pipelines')
  .requiredOption('--input <file>', 'CSV with a header')
  .requiredOption('--out <file>', 'results, one JSON object a line')
  .option('--time <column>', 'the time column, where its name does not say so')
  .option('--device <column|name>', 'a column that names the device, or its name')
  .option('--release <dir>', 'another release than the configured one')
  .option('--labels <column>', 'a column that is 0 where nothing was wrong: results are judged by it')
  .option(
    '--windows <file>',
    'labelled windows as JSON, [[from, to], …] or by recording as in NAB: judged, NAB score too',
  )
  .option('--plot <file>', 'a picture of scores, labels and alerts, as SVG')
  .option(...JSON_FLAG)
  .addHelpText(
    'after',
    examples(
      'backtest -c agent/examples/univariate.yaml --pipeline univariate --input recording.csv --out results.ndjson',
      'backtest -c agent.yaml --pipeline pump --input labelled.csv --labels fault --plot pump.svg --out results.ndjson',
    ),
  )
  .action(runBacktest);

program
  .command('install <bundle>')
  .description(
    'take a release that a person carried here: signatures, digests, golden vectors as over a network',
  )
  .addOption(configOption())
  .option(...JSON_FLAG)
  .addHelpText('after', examples('install press-vibration-1.3.0.skerry.tar -c agent.yaml'))
  .action(installBundle);

program
  .command('consent [pipeline]')
  .description('let in a release that waits for somebody at the device; without a pipeline, all that wait')
  .addOption(configOption())
  .option(...JSON_FLAG)
  .addHelpText('after', examples('consent press-vibration -c agent.yaml'))
  .action(consent);

const outbox = program.command('outbox').description('what was produced and where it went');
for (const [name, description, action] of [
  ['ls', 'what each lane holds', outboxLs],
  ['ledger', 'the two sums: where every sample and every result went', outboxLedger],
  ['verify', 'check that both sums add up and every block number is covered', outboxVerify],
] as const)
  outbox
    .command(name)
    .description(description)
    .addOption(configOption())
    .option(...JSON_FLAG)
    .addHelpText('after', examples(`outbox ${name} -c agent.yaml`))
    .action(action);

for (const [name, description, example, action] of [
  [
    'export',
    'write what the control plane has not got yet to a file that a person carries there',
    'export results.skerry',
    outboxExport,
  ],
  [
    'acknowledge',
    'take the acknowledgement file that skerry result import wrote: what it names leaves the outbox',
    'acknowledge results.skerry.ack',
    outboxAcknowledge,
  ],
] as const)
  outbox
    .command(`${name} <file>`)
    .description(description)
    .addOption(configOption())
    .option(...JSON_FLAG)
    .addHelpText('after', examples(`outbox ${example} -c agent.yaml`))
    .action(action);

await runProgram(program, process.argv.slice(2));
