import type { Sql, SqlValue } from '../ports.ts';
import type { ObjectStorage, SqlStorageValue } from './platform.ts';

/** The Sql port over a Durable Object's SQLite storage. workerd caches prepared statements by their text. */
export function durableSql(storage: ObjectStorage): Sql {
  const exec = (query: string, params: readonly SqlValue[]): Record<string, SqlStorageValue>[] =>
    storage.sql.exec(query, ...params).toArray();
  let inside = false;
  return {
    all: <T extends Record<string, SqlValue>>(query: string, ...params: readonly SqlValue[]): T[] =>
      exec(query, params).map((row) => withBytes(row) as T),
    run(query, ...params) {
      exec(query, params);
      // `rowsWritten` of the cursor counts index entries too; SQLite's own count is the rows.
      return Number(exec('SELECT changes() AS n', [])[0]?.n ?? 0);
    },
    transaction(body) {
      if (inside) throw new Error('transactions are not nested');
      inside = true;
      try {
        return storage.transactionSync(body);
      } finally {
        inside = false;
      }
    },
  };
}

function withBytes(row: Record<string, SqlStorageValue>): Record<string, SqlValue> {
  const out: Record<string, SqlValue> = {};
  for (const [key, value] of Object.entries(row))
    out[key] = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  return out;
}
