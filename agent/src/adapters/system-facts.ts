import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';

/**
 * Facts about this machine that operators select agents by, and that pre-flight looks at; values are strings.
 * `diskFreeMiB`, where the agent keeps its data, is looked up anew whenever it is read.
 */
export function systemFacts(dataDir: string): Record<string, string> {
  const facts: Record<string, string> = {
    arch: arch(),
    os: `${type()} ${release()}`,
    platform: process.platform,
    runtime: `node ${process.versions.node}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: `${cpus().length}`,
    memoryMiB: `${Math.round(totalmem() / 1024 ** 2)}`,
  };
  Object.defineProperty(facts, 'diskFreeMiB', { enumerable: true, get: () => freeMiB(dataDir) });
  return facts;
}

function freeMiB(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${Math.floor((bavail * bsize) / 1024 ** 2)}`;
  } catch {
    // Not every file system tells; nothing is judged by what isn't known.
    return 'unknown';
  }
}

/** Which boot of this machine it is, where the system tells (Linux: random(4)). */
export function machineBoot(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Other systems: an end of the process then counts as the process's own.
    return undefined;
  }
}
