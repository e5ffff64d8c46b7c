/** `pnpm start`: a whole site on one machine — control plane, agent, machines — as three processes that end together. */
import { join, resolve } from 'node:path';
import { createProgram, InvalidArgumentError, runProgram } from '@skerry/proto/node/program';
import { runSite, type SiteOptions } from './adapters/site.ts';

interface Flags {
  port: number;
  mqttPort: number;
  agentPort: number;
  data: string;
  replay?: string;
  browser: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('Give a number from 1 to 65535.');
}

const program = createProgram(
  'start',
  'Runs a whole Skerry site: control plane, agent and simulated machines',
)
  .option('--replay <file>', 'publish a recording (CSV of time and value) instead of the simulated machines')
  .option('--port <port>', 'of the control plane and its console', port, 7070)
  .option('--mqtt-port <port>', "of the agent's MQTT broker", port, 1883)
  .option('--agent-port <port>', "of the agent's own page", port, 7080)
  .option('--data <dir>', 'where everything is kept', '.skerry')
  .option('--no-browser', 'do not open the console in a browser')
  .addHelpText(
    'after',
    `
Examples:
  npx --yes pnpm@12 start
  npx --yes pnpm@12 start --replay recording.csv
  npx --yes pnpm@12 start --port 8070 --mqtt-port 2883 --agent-port 8080 --data /tmp/site

Ctrl-C ends all three. The data folder keeps what was there; remove it to begin anew.`,
  )
  .action(async (flags: Flags) => {
    const options: SiteOptions = {
      root: join(import.meta.dirname, '../..'),
      dataDir: resolve(flags.data),
      controlPort: flags.port,
      mqttPort: flags.mqttPort,
      agentPort: flags.agentPort,
      replay: flags.replay === undefined ? undefined : resolve(flags.replay),
      openBrowser: flags.browser,
    };
    await runSite(options);
  });

await runProgram(program, process.argv.slice(2));
