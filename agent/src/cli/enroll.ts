import { SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { print, printJson } from '@skerry/proto/node/program';
import { createFetchTransport } from '../adapters/fetch-transport.ts';
import { stderrLog } from '../adapters/log.ts';
import { systemClock, systemRandom, systemTimers } from '../adapters/system-clock.ts';
import { systemFacts } from '../adapters/system-facts.ts';
import { openIdentity } from '../identity/identity.ts';
import { allLabels } from '../reported.ts';
import { openStore } from './compose.ts';
import { loadConfig } from './config-file.ts';

const TIMEOUT_MS = 30_000;

/**
 * `skerry-agent enroll`: makes the device's key where there is none and enrols at once, so that a wrong token shows
 * now and not in a log. `run` does the same by itself. Throws SkerryError unavailable (exit code 21) while it waits
 * for approval.
 */
export async function enroll(options: { config: string; token?: string; json: boolean }): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { controlPlane } = loaded.config;
  if (!controlPlane)
    throw new SkerryError('invalid', `${options.config} names no control plane`, {
      hint: 'add controlPlane: { url: … }; an agent without one needs no enrolment',
    });
  const log = stderrLog(systemClock, 'warn');
  const store = await openStore(loaded);
  try {
    const identity = await openIdentity({
      store,
      crypto: nodeCrypto,
      random: systemRandom,
      clock: systemClock,
      log,
      http: { transport: createFetchTransport(), timers: systemTimers, timeoutMs: TIMEOUT_MS },
      url: controlPlane.url,
      agentId: loaded.agentId,
    });
    const facts = systemFacts(loaded.dataDir);
    const token = options.token ?? controlPlane.enrollToken;
    const labels = allLabels(loaded.config, facts);
    const enrolment = await identity.enrol({ labels, facts, ...(token !== undefined && { token }) });
    if (options.json) printJson(enrolment);
    else print(`${enrolment.agent} is ${enrolment.status} at ${controlPlane.url}`);
    if (enrolment.status === 'pending')
      throw new SkerryError('unavailable', `${enrolment.agent} waits for approval`, {
        hint: `the operator approves it with skerry agent approve ${enrolment.agent}`,
      });
  } finally {
    await store.close();
  }
}
