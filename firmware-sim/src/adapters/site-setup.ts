/** What a first run needs once: the console built, a demonstration key, the catalogue signed, pushed and rolled out. */
import { existsSync } from 'node:fs';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { print } from '@skerry/proto/node/program';
import { runChild } from './child.ts';
import type { Bootstrap, SiteOptions } from './site.ts';

/** The programs' entry points. */
export function programs(root: string): { skerry: string; agent: string; sim: string } {
  return {
    skerry: join(root, 'control-plane/src/cli/main.ts'),
    agent: join(root, 'agent/src/main.ts'),
    sim: join(root, 'firmware-sim/src/main.ts'),
  };
}

/** Prepares the site; what an earlier start has done already is left as it is. Returns the agent's configuration file. */
export async function prepareSite(options: SiteOptions, bootstrap: Bootstrap): Promise<string> {
  const agentConfig = join(options.dataDir, 'agent.yaml');
  if (!existsSync(agentConfig)) await copyFile(join(options.root, 'agent/examples/site.yaml'), agentConfig);
  const done = join(options.dataDir, 'prepared');
  if (!existsSync(done)) {
    await publishCatalogue(options, bootstrap);
    await writeFile(done, `${new Date().toISOString()}\n`);
  }
  return agentConfig;
}

/**
 * The variables that the agent's configuration names. They stand in agent.env, too (mode 0600), for commands beside the
 * running agent: `set -a; . .skerry/agent.env; set +a`.
 */
export async function agentEnvironment(
  { dataDir, mqttPort, agentPort }: SiteOptions,
  { enrollToken, url }: Bootstrap,
): Promise<Record<string, string>> {
  const variables = {
    SKERRY_ENROLL_TOKEN: enrollToken,
    SKERRY_CONTROL_URL: url,
    SKERRY_MQTT_PORT: `${mqttPort}`,
    SKERRY_AGENT_PORT: `${agentPort}`,
    SKERRY_AGENT_DATA: join(dataDir, 'agent'),
  };
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}\n`);
  await writeFile(join(dataDir, 'agent.env'), lines.join(''), { mode: 0o600 });
  return variables;
}

/** What the site's pipelines begin with. The catalogue's older versions are there to go back to. */
const FIRST_RELEASES = ['pump-anomaly@2.0.0', 'univariate-anomaly@2.1.0'];

async function publishCatalogue(options: SiteOptions, bootstrap: Bootstrap): Promise<void> {
  const { root, dataDir } = options;
  const skerry = (...args: string[]): Promise<string> =>
    runChild(`skerry ${args[0]} ${args[1]}`, programs(root).skerry, args, {
      cwd: root,
      env: { SKERRY_URL: bootstrap.url, SKERRY_TOKEN: bootstrap.adminToken },
    });
  const key = join(dataDir, 'demonstration-key.json');
  print('Making a demonstration key and signing the catalogue with it …');
  if (!existsSync(key)) await skerry('key', 'init', '--key', key, '--no-passphrase');
  const catalogue = join(root, 'models/catalog');
  const names = (await readdir(catalogue, { withFileTypes: true }))
    .filter((e) => e.isDirectory())
    .map((e) => e.name);
  const directories: string[] = [];
  for (const name of names.sort())
    for (const version of (await readdir(join(catalogue, name))).sort())
      directories.push(join(catalogue, name, version));
  await skerry('release', 'push', ...directories, '--key', key);
  const policy = join(dataDir, 'policy-motors.yaml');
  await writeFile(policy, MOTORS_POLICY);
  await skerry('policy', 'apply', '-f', policy);
  print('Rolling the first releases out …');
  for (const release of FIRST_RELEASES) {
    const file = join(dataDir, `rollout-${release.split('@')[0]}.yaml`);
    await writeFile(file, firstRollout(release));
    await skerry('rollout', 'create', '-f', file, '--start');
  }
}

const MOTORS_POLICY = `# The motors are read twice a second. Of so many readings some leave the range of the last 2,000 a little without anything being
# wrong, eight an hour; past this threshold, the highest that the release allows, it is one in three hours or fewer. A recording's
# pipeline, which runs the same release, keeps the release's own threshold.
apiVersion: skerry/v1
kind: DriftPolicy
name: motors
release: univariate-anomaly
pipelines: [motor]
thresholds: { score: 0.95 }
`;

function firstRollout(release: string): string {
  return `# The first release of a new site: there is nothing yet to compare with, so it goes to every agent at once.
apiVersion: skerry/v1
kind: Rollout
release: ${release}
stages:
  - { name: all, agents: 100%, soak: 10s }
`;
}
