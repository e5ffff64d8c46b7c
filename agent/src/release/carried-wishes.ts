/**
 * Releases that were installed by hand, by pipeline (`g/carried` in the store, JSON). Such a wish holds for as long as the
 * control plane wishes for nothing else than it did then (`insteadOf`: a digest, or empty for none).
 *
 *   {"press":{"name":"press","version":"1.3.0","digest":"sha256:…","insteadOf":"sha256:…"}}
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { messageOf } from '@skerry/proto/errors';
import { z } from 'zod';
import type { Log, Store } from '../ports.ts';
import type { ReleaseTarget } from './slots.ts';

const KEY = 'g/carried';

const schema = z.record(
  z.string(),
  z.object({
    name: z.string(),
    version: z.string(),
    digest: z.string(),
    insteadOf: z.string(),
  }),
);

/** The digest that the control plane wishes for on a pipeline; empty for none. */
export type Wished = (pipeline: string) => string;

export class CarriedWishes {
  readonly #store: Store;
  #wishes: z.output<typeof schema>;

  private constructor(store: Store, wishes: z.output<typeof schema>) {
    this.#store = store;
    this.#wishes = wishes;
  }

  /** Opens them. Damaged, they are forgotten: slots keep serving what they have. */
  static async open(store: Store, log: Log): Promise<CarriedWishes> {
    const bytes = await store.get(KEY);
    if (!bytes) return new CarriedWishes(store, {});
    try {
      return new CarriedWishes(store, schema.parse(JSON.parse(fromUtf8(bytes))));
    } catch (error) {
      log('warn', 'release', `which releases were installed by hand is damaged: ${messageOf(error)}`);
      return new CarriedWishes(store, {});
    }
  }

  /** What was installed for a pipeline and not wished away since. */
  of(pipeline: string, wished: Wished): ReleaseTarget | undefined {
    const wish = Object.hasOwn(this.#wishes, pipeline) ? this.#wishes[pipeline] : undefined;
    if (!wish || wish.insteadOf !== wished(pipeline)) return undefined;
    const { name, version, digest } = wish;
    return { name, version, digest };
  }

  /** Remembers what was installed, durably. */
  put(pipelines: readonly string[], { name, version, digest }: ReleaseTarget, wished: Wished): Promise<void> {
    const added = pipelines.map((key) => [key, { name, version, digest, insteadOf: wished(key) }]);
    return this.#save({ ...this.#wishes, ...Object.fromEntries(added) });
  }

  /** Forgets what came to nothing. */
  remove(pipelines: readonly string[]): Promise<void> {
    const left = Object.entries(this.#wishes).filter(([pipeline]) => !pipelines.includes(pipeline));
    return this.#save(Object.fromEntries(left));
  }

  async #save(wishes: z.output<typeof schema>): Promise<void> {
    await this.#store.batch([{ type: 'put', key: KEY, value: utf8(JSON.stringify(wishes)) }], { sync: true });
    this.#wishes = wishes;
  }
}
