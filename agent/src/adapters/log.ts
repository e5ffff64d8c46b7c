import { SkerryError } from '@skerry/proto/errors';
import type { Clock, Log, LogLevel } from '../ports.ts';

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Log lines as JSON, one a line: `time level module msg`, then the fields. Lines below `level` are dropped. Errors
 * among the fields become their message; a value that JSON cannot carry becomes text, so that a log call never throws.
 */
export function createJsonLog(options: {
  clock: Clock;
  level: LogLevel;
  write: (line: string) => void;
}): Log {
  return (level, module, msg, fields) => {
    if (ORDER[level] < ORDER[options.level]) return;
    const head = { time: new Date(options.clock.wallMs()).toISOString(), level, module, msg };
    options.write(`${stringify({ ...fields, ...head }, Object.keys(head))}\n`);
  };
}

/** Writes to stderr: standard output belongs to what a program answers. */
export function stderrLog(clock: Clock, level: LogLevel): Log {
  return createJsonLog({ clock, level, write: (line) => process.stderr.write(line) });
}

function stringify(entry: Record<string, unknown>, first: readonly string[]): string {
  const ordered: Record<string, unknown> = {};
  for (const key of [...first, ...Object.keys(entry)]) ordered[key] = entry[key];
  try {
    return JSON.stringify(ordered, plain);
  } catch {
    // Circular: the head is what matters, the fields as text are better than none.
    for (const key of Object.keys(ordered)) if (!first.includes(key)) ordered[key] = String(ordered[key]);
    return JSON.stringify(ordered, plain);
  }
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof SkerryError)
    return value.hint === undefined
      ? { code: value.code, message: value.message }
      : { code: value.code, message: value.message, hint: value.hint };
  if (value instanceof Error) return value.message;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
