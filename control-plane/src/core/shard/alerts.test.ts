import { encode, skerry, v1 } from '@skerry/proto/wire';
import { expect, test } from 'vitest';
import { createWorld } from '../../node/testing.ts';

const { EpisodeState, BlockKind } = skerry.v1;

test("an episode ends although the agent's clock was set back meanwhile, and how far that was off is kept", () => {
  const world = createWorld();
  const agent = world.agent('a');
  const event = (state: skerry.v1.EpisodeState, wallMs: number, uncertaintyMs = 0): Uint8Array =>
    encode(v1.AlertList, {
      alerts: [{ episode: 'e1', state, kind: 'anomaly', pipeline: 'p', device: 'd', wallMs, uncertaintyMs }],
    });
  const alerts = (open: boolean) => world.shards[0]!.alerts({ open, limit: 10 });
  const { EPISODE_STATE_OPEN, EPISODE_STATE_UPDATE, EPISODE_STATE_CLEARED } = EpisodeState;
  agent.append('alert', BlockKind.BLOCK_KIND_ALERTS, 1, event(EPISODE_STATE_OPEN, 7_200_000));
  agent.append('alert', BlockKind.BLOCK_KIND_ALERTS, 1, event(EPISODE_STATE_UPDATE, 60_000, 40));
  agent.sync();
  expect(alerts(true)).toMatchObject([
    { state: 'update', openedMs: 7_200_000, updatedMs: 60_000, result: { uncertaintyMs: 40 } },
  ]);
  agent.append('alert', BlockKind.BLOCK_KIND_ALERTS, 1, event(EPISODE_STATE_CLEARED, 120_000));
  agent.sync();
  expect(alerts(true)).toEqual([]);
  expect(alerts(false)).toMatchObject([{ state: 'cleared', updatedMs: 120_000 }]);
});
