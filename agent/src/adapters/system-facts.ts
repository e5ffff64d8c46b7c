import { arch, cpus, release, totalmem, type } from 'node:os';

/** Facts about this machine that operators select agents by; values are strings. */
export function systemFacts(): Record<string, string> {
  return {
    arch: arch(),
    os: `${type()} ${release()}`,
    platform: process.platform,
    runtime: `node ${process.versions.node}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: `${cpus().length}`,
    memoryMiB: `${Math.round(totalmem() / 1024 ** 2)}`,
  };
}
