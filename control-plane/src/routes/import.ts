import { openPart } from '@skerry/proto/bundle';
import { toBase64, toHex } from '@skerry/proto/bytes';
import { encode, v1 } from '@skerry/proto/wire';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';
import { recordReversions } from './reversions.ts';
import { driveNow, shardFor } from './shards.ts';

/** Results that were carried here by hand, part by part. */
export function importRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'POST',
      path: '/results/import',
      summary: "Takes one part of an agent's exported results, and answers with its signed acknowledgement",
      role: 'operator',
      body: { bytes: 'sync' },
    },
    async ({ operator, body }) => {
      const bytes = body as unknown as Uint8Array;
      const { agent, bundle, index, last } = openPart(bytes);
      const taken = await shardFor(deps, agent).importPart(bytes);
      const { acknowledgement, topics, progress, reversions, ...told } = taken;
      const part = encode(v1.BundlePart, { agent, bundle, index, last, acknowledgement });
      const signed = await deps.fleet.signAcknowledgement(part);
      // The first part says that an import began, the last that it came to its end.
      if (index === 0 || last)
        await deps.fleet.record(operator.name, 'result.import', agent, {
          bundle: toHex(bundle),
          part: index + 1,
          last,
          epoch: told.epoch,
          lanes: told.lanes,
        });
      await recordReversions(deps, agent, reversions);
      for (const topic of topics) deps.notifier.changed(topic);
      if (progress) deps.later(() => driveNow(deps));
      return { agent, part: index + 1, ...told, acknowledgement: toBase64(signed) };
    },
  );
}
