/** Whoever has the whole control plane: its disk, its online key, an administrator's token. */
import { DatabaseSync } from 'node:sqlite';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { PackedRelease } from '@skerry/proto/pack';
import { parseMetadata, type RoleName } from '@skerry/proto/tuf/metadata';
import { createSnapshot, createTimestamp, signMetadata } from '@skerry/proto/tuf/repository';

/** Opens the fleet's database of a control plane that isn't running, for as long as `use` takes. */
export function asThief(dataDir: string, use: (thief: Thief) => void): void {
  const db = new DatabaseSync(`${dataDir}/fleet.sqlite`);
  try {
    use(new Thief(db));
  } finally {
    db.close();
  }
}

export class Thief {
  readonly #db: DatabaseSync;
  /** The stolen key. */
  readonly seed: Uint8Array;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const row = db.prepare("SELECT value FROM meta WHERE key = 'onlineKey'").get() as { value: Uint8Array };
    this.seed = new Uint8Array(row.value);
  }

  /** The newest file of a role, or one of its versions. */
  file(role: RoleName, version?: number): Uint8Array {
    const { bytes } = this.#db
      .prepare(
        'SELECT bytes FROM tuf WHERE role = ? AND version = coalesce(?, version) ORDER BY version DESC',
      )
      .get(role, version ?? null) as { bytes: Uint8Array };
    return new Uint8Array(bytes);
  }

  put(role: RoleName, version: number, bytes: Uint8Array): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO tuf (role, version, bytes) VALUES (?, ?, ?)')
      .run(role, version, bytes);
  }

  /** Signs a snapshot of targets and a timestamp of it, as the server itself does. */
  publish(targetsBytes: Uint8Array): void {
    const nowMs = Date.now();
    const targetsVersion = parseMetadata('targets', targetsBytes).signed.version;
    const version = parseMetadata('timestamp', this.file('timestamp')).signed.version + 1;
    const snapshotBytes = signMetadata(
      nodeCrypto,
      createSnapshot(nodeCrypto, { targetsBytes, targetsVersion, version, nowMs }),
      [this.seed],
    );
    this.put('snapshot', version, snapshotBytes);
    const timestamp = createTimestamp(nodeCrypto, {
      snapshotBytes,
      snapshotVersion: version,
      version,
      nowMs,
    });
    this.put('timestamp', version, signMetadata(nodeCrypto, timestamp, [this.seed]));
  }

  /** Lists a release in the database, as if it had been pushed, or under a version that was. */
  list(version: string, release: PackedRelease): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO release (name, version, digest, size_bytes, files, manifest, pushed_ms, pushed_by)
         SELECT name, ?, ?, size_bytes, files, manifest, pushed_ms, pushed_by FROM release WHERE name = ? LIMIT 1`,
      )
      .run(version, release.digest, release.name);
  }
}
