/** A log line as workerd collects them: one JSON document on the console. */
export function logLine(
  level: 'info' | 'warn' | 'error',
  module: string,
  msg: string,
  fields: Record<string, unknown> = {},
): void {
  // biome-ignore lint/suspicious/noConsole: a Worker has no other log
  console.log(JSON.stringify({ time: new Date().toISOString(), level, module, msg, ...fields }));
}
