/** Facts about the browser that operators select agents by; values are strings. */
export function browserFacts(): Record<string, string> {
  const { userAgent, hardwareConcurrency } = navigator;
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return {
    arch: 'wasm32',
    os: /\(([^)]*)\)/.exec(userAgent)?.[1] ?? 'unknown',
    platform: 'browser',
    runtime: runtimeOf(userAgent),
    cores: `${hardwareConcurrency}`,
    ...(deviceMemory !== undefined && { memoryMiB: `${deviceMemory * 1024}` }),
  };
}

/** `chrome 156`, `firefox 140`, `safari 19`: name and version, as `node 24.1.0`. */
export function runtimeOf(userAgent: string): string {
  const found =
    /\b(?:Headless)?(Chrome|Firefox)\/([\d]+)/.exec(userAgent) ??
    /\bVersion\/([\d]+).*\b(Safari)\//.exec(userAgent);
  if (!found) return 'browser';
  const [a, b] = [found[1]!, found[2]!];
  return /^\d/.test(a) ? `${b.toLowerCase()} ${a}` : `${a.toLowerCase()} ${b}`;
}
