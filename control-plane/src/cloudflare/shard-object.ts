/** A shard actor as a Durable Object, and its agents' wake sockets, which may outlive its memory (hibernation). */
import { DurableObject } from 'cloudflare:workers';
import { durationMs } from '@skerry/proto/units';
import { DEFAULT_SYNCS_PER_SECOND } from '../core/shard/gate.ts';
import { ShardActor } from '../core/shard/shard-actor.ts';
import type { SyncAnswer } from '../core/shard/sync.ts';
import type { Topic } from '../ports.ts';
import { type CallAnswer, callActor, durablePorts } from './actor-object.ts';
import type { Env, HibernatingSocket, ObjectState, TopicVersions } from './platform.ts';
import { TopicCounter } from './topics.ts';

/** Names the agent of a wake socket, between the worker and this object. */
export const AGENT_HEADER = 'x-skerry-agent';

const OPEN = 1;
/** An agent has one; some may be left of connections that died without a word. The oldest go first. */
const SOCKETS_PER_AGENT = 8;

/** What an operator's or an agent's call changes for the console; a sync's answer says so itself. */
const CHANGES: Partial<Record<keyof ShardActor, Topic>> = {
  enrol: 'agents',
  approveAgent: 'agents',
  replaceAgent: 'agents',
  rejectAgent: 'agents',
  retireAgent: 'agents',
  labelAgent: 'agents',
  acknowledgeAlert: 'alerts',
  labelSample: 'samples',
};

/** The server half of a pair goes to the object, the client half into the answer. */
declare const WebSocketPair: new () => { 0: HibernatingSocket; 1: HibernatingSocket };

export class ShardObject extends DurableObject<Env> {
  readonly #actor: ShardActor;
  readonly #topics = new TopicCounter();

  constructor(ctx: ObjectState, env: Env) {
    super(ctx, env);
    const retentionMs = env.RETENTION ? durationMs(env.RETENTION) : undefined;
    const syncsPerSecond = Number(env.SYNCS_PER_SECOND ?? DEFAULT_SYNCS_PER_SECOND);
    this.#actor = new ShardActor(durablePorts(ctx), {
      syncsPerSecond,
      ...(retentionMs !== undefined && { retentionMs }),
    });
  }

  /** Called by the platform when the actor's alarm is due. */
  alarm(): void {
    this.#actor.alarm();
  }

  /** One actor method (actor-object.ts). */
  call(method: string, args: unknown[]): CallAnswer {
    const answer = callActor(this.#actor, method, args);
    if ('error' in answer) return answer;
    const topic = CHANGES[method as keyof ShardActor];
    const saysSo = method === 'sync' || method === 'importPart';
    const topics = saysSo ? (answer.value as Pick<SyncAnswer, 'topics'>).topics : topic ? [topic] : [];
    for (const changed of topics) this.#topics.changed(changed);
    return answer;
  }

  wake(agents: readonly string[] | 'all'): void {
    const sockets =
      agents === 'all'
        ? this.ctx.getWebSockets()
        : agents.flatMap((agent) => this.ctx.getWebSockets(`agent:${agent}`));
    for (const socket of sockets) if (socket.readyState === OPEN) socket.send('wake');
  }

  versions(): TopicVersions {
    return this.#topics.versions();
  }

  /** Accepts a wake socket; the worker has checked whose it is. */
  fetch(request: Request): Response {
    const tag = `agent:${request.headers.get(AGENT_HEADER) ?? ''}`;
    const held = this.ctx.getWebSockets(tag);
    for (const old of held.slice(0, Math.max(0, held.length + 1 - SOCKETS_PER_AGENT)))
      old.close(1000, 'replaced');
    const pair = new WebSocketPair();
    this.ctx.acceptWebSocket(pair[1], [tag]);
    const init = {
      status: 101,
      webSocket: pair[0],
      headers: { 'sec-websocket-protocol': 'skerry.v1' },
    };
    return new Response(null, init);
  }

  /** What a client sends on a wake socket is ignored. */
  webSocketMessage(): void {}

  /** Called by the platform when a client closes. */
  webSocketClose(socket: HibernatingSocket): void {
    socket.close();
  }
}
