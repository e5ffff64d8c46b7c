/**
 * `skerry-agent run`, the very same, with what a test may do to it:
 *
 *   agent-main.ts CONFIG '{"killAt":{"point":"journal.append.after","nth":3},"clockFactor":100}'
 *
 * `killAt`: SIGKILL to itself at the nth time through the crash point. `clockFactor`: its monotonic clock runs so many
 * times faster, for what happens once a minute.
 */
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { runOver } from '@skerry/agent/cli/run';
import { SkerryError } from '@skerry/proto/errors';

/** What is done to the agent, as JSON in the second argument. */
export interface Treatment {
  killAt?: { point: string; nth: number };
  clockFactor?: number;
}

const [config, treatment] = process.argv.slice(2);
if (config === undefined) throw new SkerryError('invalid', 'agent-main.ts CONFIG [TREATMENT]');
const { killAt, clockFactor = 1 } = JSON.parse(treatment ?? '{}') as Treatment;

let passed = 0;
await runOver(
  { config, logLevel: 'info' },
  {
    clock: { wallMs: systemClock.wallMs, monoMs: () => systemClock.monoMs() * clockFactor },
    crashPoint(name) {
      if (name === killAt?.point && ++passed === killAt.nth) process.kill(process.pid, 'SIGKILL');
    },
  },
);
