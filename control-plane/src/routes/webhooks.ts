/**
 * Performs the webhooks that shards have queued, signed as Standard Webhooks 1.0 says, so that any of its libraries can
 * check them:
 *
 *     webhook-id, webhook-timestamp (seconds), webhook-signature: v1,base64(HMAC-SHA256(key, id.timestamp.body))
 *
 * A round is begun after an exchange that finds some due, and again when the next attempt is.
 */
import { toBase64, utf8 } from '@skerry/proto/bytes';
import { messageOf } from '@skerry/proto/errors';
import { hmacSha256 } from '@skerry/proto/hmac';
import type { ShardActor } from '../core/shard/shard-actor.ts';
import type { Webhook } from '../core/shard/webhooks.ts';
import type { ActorRef } from '../ports.ts';
import type { AppDeps } from './deps.ts';

const PER_ROUND = 20;
const TIMEOUT_MS = 10_000;

export type WebhookDeps = Pick<
  AppDeps,
  'fleet' | 'shards' | 'crypto' | 'timers' | 'now' | 'later' | 'log'
> & {
  post: NonNullable<AppDeps['post']>;
};

export interface Webhooks {
  /** Performs what is due. Rounds don't overlap; one that is asked for meanwhile is not needed. */
  deliver(): Promise<void>;
}

export function createWebhooks(deps: WebhookDeps): Webhooks {
  let running: Promise<void> | undefined;
  let cancel: () => void = () => undefined;

  async function round(): Promise<void> {
    const key = await deps.fleet.webhookKey();
    for (const shard of deps.shards)
      for (const webhook of await shard.dueWebhooks(PER_ROUND)) await attempt(deps, shard, key, webhook);
    const times = await Promise.all(deps.shards.map((shard) => shard.nextWebhookMs()));
    const next = times.filter((time) => time !== undefined);
    cancel();
    if (next.length > 0)
      cancel = deps.timers.after(Math.max(1_000, Math.min(...next) - deps.now()), () =>
        deps.later(webhooks.deliver),
      );
  }

  const webhooks: Webhooks = {
    deliver() {
      running ??= round().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
  return webhooks;
}

async function attempt(
  deps: WebhookDeps,
  shard: ActorRef<ShardActor>,
  key: Uint8Array,
  webhook: Webhook,
): Promise<void> {
  const { id, url, body } = webhook;
  let error: string | undefined;
  try {
    const response = await deps.post(signed(deps, key, webhook));
    await response.body?.cancel();
    if (!response.ok) error = `${new URL(url).host} answered ${response.status}`;
  } catch (caught) {
    error = messageOf(caught);
  }
  if (error !== undefined) deps.log('warn', 'webhook', error, { id, url, bytes: body.length });
  await shard.settleWebhook(id, error);
}

function signed({ crypto, now }: WebhookDeps, key: Uint8Array, { id, url, body }: Webhook): Request {
  const timestamp = Math.floor(now() / 1_000);
  const signature = toBase64(hmacSha256(crypto, key, utf8(`${id}.${timestamp}.${body}`)));
  return new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': `${timestamp}`,
      'webhook-signature': `v1,${signature}`,
    },
    body,
    // Elsewhere than it was told, nothing is sent.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
