/**
 * The Store port over `level`: LevelDB in Node, IndexedDB in browsers (where `sync` means what the browser means by
 * it, `durability: os`). Keys are UTF-8, values bytes.
 *
 * Size: LevelDB keeps deleted entries until it compacts. Its write buffer and file size are derived from `maxBytes`,
 * and once the folder has grown past 3 × maxBytes + 8 MiB everything is compacted, so that it stays under
 * 4 × maxBytes + 16 MiB for a queue that is written at one end and deleted at the other.
 *
 * A failed commit leaves LevelDB refusing every further write, and its log with an end that nobody knows: the
 * database is closed and opened again before the next operation. Whether the failed batch is in it then is open;
 * it is there whole or not at all.
 */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { Level } from 'level';
import type { Store, StoreOp } from '../ports.ts';

/** How to open the database. */
export interface LevelStoreOptions {
  /** Folder in Node, name of the IndexedDB database in browsers. */
  location: string;
  /** The live bytes that the owner keeps itself to. */
  maxBytes: number;
  /** Checks of the folder where there is one (level-folder.ts). */
  folder?: {
    /** Throws SkerryError `corrupt` where opening would lose what is there. */
    requireHead(location: string): Promise<void>;
    folderBytes(location: string): Promise<number>;
  };
}

const MIB = 1024 ** 2;
type Database = Level<string, Uint8Array>;

/**
 * Opens the database, which is created where there is none. Throws SkerryError: `conflict` where another process has
 * it, `corrupt`, `full`, `failed`.
 */
export async function openLevelStore(options: LevelStoreOptions): Promise<Store> {
  const store = new LevelStore(options);
  await store.open();
  return store;
}

class LevelStore implements Store {
  readonly #options: LevelStoreOptions;
  readonly #db: Database;
  #opening: Promise<void> | undefined;
  #needsReopen = false;
  #closed = false;
  #writtenBytes = 0;
  #compacting = false;

  constructor(options: LevelStoreOptions) {
    this.#options = options;
    const share = Math.round(options.maxBytes / 8);
    this.#db = new Level(options.location, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      // LevelDB itself takes no less than 64 KiB and 1 MiB.
      writeBufferSize: Math.min(Math.max(share, 64 * 1024), 4 * MIB),
      maxFileSize: Math.min(Math.max(share, MIB), 8 * MIB),
    });
  }

  /** Opens, or opens again after a failed commit; callers at the same time share one attempt. */
  open(): Promise<void> {
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #reopen(): Promise<void> {
    const { location, folder } = this.#options;
    try {
      await this.#db.close();
      await folder?.requireHead(location);
      await this.#db.open();
      this.#needsReopen = false;
    } catch (error) {
      throw storeError(error, location, 'opening');
    }
  }

  async #use<T>(doing: string, work: (db: Database) => Promise<T>): Promise<T> {
    if (this.#closed) throw new SkerryError('failed', `${this.#options.location} is closed`);
    if (this.#needsReopen) await this.open();
    try {
      return await work(this.#db);
    } catch (error) {
      throw storeError(error, this.#options.location, doing);
    }
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#use('reading', async (db) => {
      const value = (await db.get(key)) as Uint8Array | undefined;
      return value && plainBytes(value);
    });
  }

  async batch(ops: readonly StoreOp[], { sync }: { sync: boolean }): Promise<void> {
    try {
      await this.#use('committing', (db) => db.batch(ops as StoreOp[], { sync }));
    } catch (error) {
      this.#needsReopen = true;
      throw error;
    }
    for (const op of ops) if (op.type === 'put') this.#writtenBytes += op.key.length + op.value.length;
    if (this.#writtenBytes > this.#options.maxBytes / 2) this.#compactWhereGrown();
  }

  range(range: Parameters<Store['range']>[0]): Promise<[string, Uint8Array][]> {
    const { gte, lt, limit = -1, reverse = false } = range;
    return this.#use('reading', async (db) => {
      const entries = await db.iterator({ gte, lt, limit, reverse }).all();
      return entries.map(([key, value]) => [key, plainBytes(value)]);
    });
  }

  approximateSize(gte: string, lt: string): Promise<number> {
    return this.#use('measuring', async (db) => {
      if ('approximateSize' in db)
        return (db as { approximateSize(a: string, b: string): Promise<number> }).approximateSize(gte, lt);
      let total = 0;
      for await (const [key, value] of (db as Database).iterator({ gte, lt }))
        total += key.length + value.length;
      return total;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined); // its caller hears of it
    try {
      await this.#db.close();
    } catch (error) {
      throw storeError(error, this.#options.location, 'closing');
    }
  }

  #compactWhereGrown(): void {
    const { folder, location, maxBytes } = this.#options;
    if (this.#compacting || !folder || !('compactRange' in this.#db)) return;
    this.#writtenBytes = 0;
    this.#compacting = true;
    const db = this.#db as Database & { compactRange(start: string, end: string): Promise<void> };
    folder
      .folderBytes(location)
      .then((bytes) => (bytes > 3 * maxBytes + 8 * MIB ? db.compactRange('', '\u{10ffff}') : undefined))
      // Compaction saves space and nothing else; what is really wrong shows in the next commit.
      .catch(() => undefined)
      .finally(() => {
        this.#compacting = false;
      });
  }
}

function plainBytes(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** LevelDB tells errors apart by code, or only by their text ("IO error: …: No space left on device"). */
function storeError(error: unknown, location: string, doing: string): SkerryError {
  if (error instanceof SkerryError) return error;
  const chain = causes(error);
  const codes = chain.map((e) => (e as { code?: string }).code ?? '');
  const text = messageOf(chain.at(-1));
  const options = { cause: error };
  if (codes.includes('LEVEL_LOCKED'))
    return new SkerryError('conflict', `another skerry-agent is using ${location}`, {
      ...options,
      hint: 'stop it, or give this one its own folder: agent: { data: … }',
    });
  if (codes.includes('LEVEL_CORRUPTION') || /^Corruption/.test(text))
    return new SkerryError('corrupt', `${location} is damaged: ${text}`, options);
  if (/No space left|ENOSPC|Disk quota|QuotaExceeded|not enough space/i.test(text))
    return new SkerryError('full', `${doing} ${location} failed: no space left on its disk`, {
      ...options,
      hint: 'free space on that disk, or lower buffer.maxBytes',
    });
  return new SkerryError('failed', `${doing} ${location} failed: ${text}`, options);
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let e = error; e !== undefined && chain.length < 8; e = e instanceof Error ? e.cause : undefined)
    chain.push(e);
  return chain;
}
