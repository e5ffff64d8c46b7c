import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeControlPlane, type NodeControlPlane } from '@skerry/control-plane/node/host';
import { controlPlaneContract } from './control-plane.ts';

controlPlaneContract('Node', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'skerry-contract-'));
  const start = (port: number): Promise<NodeControlPlane> =>
    createNodeControlPlane({ dataDir, port, shards: 2, log: () => undefined });
  let plane = await start(0);
  return {
    url: plane.url,
    adminToken: await plane.adminToken(),
    fetch: (request) => fetch(request),
    async restart() {
      const { port } = new URL(plane.url);
      await plane.close();
      plane = await start(Number(port));
    },
    async close() {
      await plane.close();
      await rm(dataDir, { recursive: true });
    },
  };
});
