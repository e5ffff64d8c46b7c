import type { Sql } from '../ports.ts';

/**
 * Brings an actor's database to its newest schema. Migrations are lists of single statements, applied once each, in
 * order, the whole step in one transaction; a shipped migration never changes.
 */
export function migrate(sql: Sql, migrations: readonly (readonly string[])[]): void {
  sql.run('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID');
  const done = Number(readMeta(sql, 'schema') ?? 0);
  if (done >= migrations.length) return;
  sql.transaction(() => {
    for (const statements of migrations.slice(done)) for (const statement of statements) sql.run(statement);
    writeMeta(sql, 'schema', migrations.length);
  });
}

/** A value of the actor's own small key-value table. */
export function readMeta(sql: Sql, key: string): string | number | Uint8Array | undefined {
  return sql.all<{ value: string | number | Uint8Array }>('SELECT value FROM meta WHERE key = ?', key)[0]
    ?.value;
}

/** Sets a value there. */
export function writeMeta(sql: Sql, key: string, value: string | number | Uint8Array): void {
  sql.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
}
