import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';
import { type AgentConfig, parseAgentConfig } from '../config.ts';

/** agent.yaml as a program uses it: the id filled in, paths resolved. */
export interface LoadedConfig {
  config: AgentConfig;
  agentId: string;
  /** Absolute. */
  dataDir: string;
  /** Paths inside the file are relative to it. */
  resolve(path: string): string;
}

/** Reads and checks agent.yaml. Throws SkerryError not-found or invalid. */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SkerryError('not-found', `${file} can't be read: ${reasonOf(cause)}`, {
      hint: 'name the configuration with -c agent.yaml',
      cause,
    });
  }
  const config = parseAgentConfig(text, file, process.env);
  const folder = dirname(resolve(file));
  return {
    config,
    agentId: config.agent.id ?? hostAsId(),
    dataDir: resolve(config.agent.data),
    resolve: (path) => resolve(folder, path),
  };
}

function hostAsId(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 64) || 'agent'
  );
}
