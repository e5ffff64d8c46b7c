/**
 * An actor inside a Durable Object, and the same actor from outside. One generic call crosses the border; what the
 * method throws comes back as data, because workerd keeps only an error's message:
 *
 *   call('getRollout', ['ro_x'])  →  {value: …}  |  {error: {code: 'not-found', message: '…', hint: '…'}}
 */

import { randomBytes } from 'node:crypto';
import { type ErrorCode, SkerryError } from '@skerry/proto/errors';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { inflate } from '../adapters/inflate.ts';
import type { ActorRef, ShardPorts } from '../ports.ts';
import { durableSql } from './do-sql.ts';
import type { ObjectState, ObjectStub } from './platform.ts';

export type CallAnswer =
  | { value: unknown }
  | { error: { code: ErrorCode; message: string; hint: string | undefined } };

/** An actor's ports over a Durable Object. */
export function durablePorts(state: ObjectState): ShardPorts {
  return {
    sql: durableSql(state.storage),
    crypto: nodeCrypto,
    now: Date.now,
    random: {
      bytes: (length) => new Uint8Array(randomBytes(length)),
      unit: () => randomBytes(4).readUInt32LE() / 2 ** 32,
    },
    inflate,
    // Both take effect with the object's other writes of this event; the output gate holds answers until then.
    setAlarm(atMs) {
      state.waitUntil(atMs === undefined ? state.storage.deleteAlarm() : state.storage.setAlarm(atMs));
    },
  };
}

/** Calls an actor's method by name. Anything but a SkerryError is a bug and is thrown on. */
export function callActor(actor: object, method: string, args: readonly unknown[]): CallAnswer {
  const held: unknown = Reflect.get(Object.getPrototypeOf(actor) as object, method);
  if (method === 'constructor' || typeof held !== 'function') throw new Error(`no actor method ${method}`);
  try {
    return { value: held.apply(actor, args) as unknown };
  } catch (error) {
    if (!(error instanceof SkerryError)) throw error;
    return { error: { code: error.code, message: error.message, hint: error.hint } };
  }
}

/** The actor behind a stub. A stub belongs to the event that made it, so each call takes a fresh one. */
export function remoteActor<A extends object>(stub: () => ObjectStub): ActorRef<A> {
  return new Proxy({} as ActorRef<A>, {
    get(_, key) {
      // A promise looks for `then`; an actor has none.
      if (typeof key !== 'string' || key === 'then') return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        const answer = (await stub().call(key, args)) as CallAnswer;
        if (!('error' in answer)) return answer.value;
        const { code, message, hint } = answer.error;
        throw new SkerryError(code, message, hint === undefined ? {} : { hint });
      };
    },
  });
}
