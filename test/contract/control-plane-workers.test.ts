import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestHarness } from 'wrangler';
import { controlPlaneContract } from './control-plane.ts';

const ROOM = join(import.meta.dirname, '../../control-plane');
const SHARDS = 2;
const CODE = 'a-bootstrap-code-for-this-test';

controlPlaneContract('workerd', async () => {
  // The sources of the other rooms, as everywhere in this repository, and not their builds.
  process.env.WRANGLER_BUILD_CONDITIONS = 'source,workerd,worker,browser';
  // Offline: nothing is reported to anyone, and nothing asked for.
  process.env.WRANGLER_SEND_METRICS = 'false';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
  // Static assets want their folder, whether or not the console has been built.
  await mkdir(join(ROOM, 'dist/console'), { recursive: true });
  const vars = { SHARDS: `${SHARDS}`, BOOTSTRAP_CODE: CODE };
  const harness = createTestHarness({ root: ROOM, workers: [{ configPath: 'wrangler.jsonc', vars }] });
  const url = (await harness.listen()).url.origin;
  const login = await fetch(`${url}/api/v1/login`, { method: 'POST', body: JSON.stringify({ code: CODE }) });
  const { token } = (await login.json()) as { token: string };
  return {
    url,
    adminToken: token,
    fetch: (request) => fetch(request),
    async restart() {
      const worker = harness.getWorker();
      await worker.evictDurableObject('FleetObject', { name: 'fleet' });
      for (let i = 0; i < SHARDS; i++) await worker.evictDurableObject('ShardObject', { name: `shard-${i}` });
    },
    close: () => harness.close(),
  };
});
