/**
 * `skerry-agent run`, the very same, with what a test may do to it:
 *
 *   agent-main.ts CONFIG '{"killAt":{"point":"journal.append.after","nth":3},"clockFactor":100}'
 *
 * `abortLoading`: loading the file with this digest takes the process down, as native code does that crashes.
 * `killAt`: SIGKILL to itself at the nth time through the crash point. `clockFactor`: its monotonic clock runs so many
 * times faster, for what happens once a minute.
 */
import { readFileSync } from 'node:fs';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { runOver } from '@skerry/agent/cli/run';
import type { InferenceBackend } from '@skerry/agent/ports';
import { digestOf } from '@skerry/proto/crypto';
import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';

/** What is done to the agent, as JSON in the second argument. */
export interface Treatment {
  /** `sha256:…` */
  abortLoading?: string;
  killAt?: { point: string; nth: number };
  clockFactor?: number;
}

const [config, treatment] = process.argv.slice(2);
if (config === undefined) throw new SkerryError('invalid', 'agent-main.ts CONFIG [TREATMENT]');
const { abortLoading, killAt, clockFactor = 1 } = JSON.parse(treatment ?? '{}') as Treatment;

const native = createOrtNodeBackend();
const aborting: InferenceBackend = {
  name: native.name,
  create(model) {
    const bytes = 'path' in model ? readFileSync(model.path) : model.bytes;
    if (digestOf(nodeCrypto, bytes) === abortLoading) process.abort();
    return native.create(model);
  },
};

let passed = 0;
await runOver(
  { config, logLevel: 'info' },
  {
    ...(abortLoading !== undefined && { backends: [aborting] }),
    clock: { wallMs: systemClock.wallMs, monoMs: () => systemClock.monoMs() * clockFactor },
    crashPoint(name) {
      if (name === killAt?.point && ++passed === killAt.nth) process.kill(process.pid, 'SIGKILL');
    },
  },
);
