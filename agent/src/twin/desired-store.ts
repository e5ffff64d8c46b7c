/**
 * The desired state that this agent durably holds (`g/desired`): what the control plane last said, kept for restarts
 * without a network. Generations order within one control-plane instance; another instance's word replaces it whole.
 */

import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { messageOf } from '@skerry/proto/errors';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import type { Log, Store } from '../ports.ts';

const DESIRED_KEY = 'g/desired';
const INSTANCE_KEY = 'g/instance';

export interface DesiredStore {
  current(): skerry.v1.IDesired | undefined;
  /** What the agent tells in its next exchange; an empty instance before the first. */
  seen(): { instance: string; generation: number };
  /** The digest that is wished for on a pipeline; empty for none. */
  wished(pipeline: string): string;
  /** Makes a newer desired state durable. */
  put(desired: skerry.v1.IDesired, instance: string): Promise<void>;
}

/** Opens it. A damaged one is forgotten: the control plane is asked again, and slots keep serving what they have. */
export async function openDesiredStore(store: Store, log: Log): Promise<DesiredStore> {
  let desired: skerry.v1.IDesired | undefined;
  let instance = '';
  const [bytes, from] = [await store.get(DESIRED_KEY), await store.get(INSTANCE_KEY)];
  if (bytes && from)
    try {
      desired = decode(v1.Desired, bytes);
      instance = fromUtf8(from);
    } catch (error) {
      log(
        'warn',
        'twin',
        `the stored desired state is damaged and will be asked for again: ${messageOf(error)}`,
      );
    }
  return {
    current: () => desired,
    seen: () => ({ instance, generation: desired?.generation ?? 0 }),
    wished: (pipeline) => servingWishes(desired).find(({ name }) => name === pipeline)?.releaseDigest ?? '',
    async put(next, nextInstance) {
      await store.batch(
        [
          { type: 'put', key: DESIRED_KEY, value: encode(v1.Desired, next) },
          { type: 'put', key: INSTANCE_KEY, value: utf8(nextInstance) },
        ],
        { sync: true },
      );
      desired = next;
      instance = nextInstance;
    },
  };
}

/** What is to serve. Entries without a role are of an earlier control plane, and mean that. */
export function servingWishes(desired: skerry.v1.IDesired | undefined): skerry.v1.IDesiredPipeline[] {
  return (desired?.pipelines ?? []).filter(({ role }) => role !== v1.Role.ROLE_SHADOW);
}

/** What is to run beside that. */
export function shadowWishes(desired: skerry.v1.IDesired | undefined): skerry.v1.IDesiredPipeline[] {
  return (desired?.pipelines ?? []).filter(({ role }) => role === v1.Role.ROLE_SHADOW);
}
