import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Makes the column sortable. */
  sort?: (row: T) => string | number;
  /** Numbers: right-aligned, tabular. */
  num?: boolean;
  /** Takes what width is left. */
  wide?: boolean;
  /** Left out on narrow screens. */
  spare?: boolean;
}

/**
 * Rows with a link in their first cell. Arrow keys walk from row to row, Home and End to the ends; Enter follows the
 * link. Headers that sort are buttons.
 */
export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  toneOf,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  toneOf?: (row: T) => 'alert' | 'warn' | undefined;
}) {
  const [order, setOrder] = useState<{ column: number; down: boolean }>();
  const sorted = order ? sortRows(rows, columns[order.column]?.sort, order.down) : rows;
  return (
    <div class="table-frame">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column, i) => (
              <Head
                key={column.head}
                column={column}
                sorted={order?.column === i ? (order.down ? 'descending' : 'ascending') : undefined}
                onSort={() => setOrder({ column: i, down: order?.column === i && !order.down })}
              />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={walk}>
          {sorted.map((row) => (
            <tr key={keyOf(row)} class={toneOf?.(row) ?? ''}>
              {columns.map((column) => (
                <td key={column.head} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head<T>({
  column,
  sorted,
  onSort,
}: {
  column: Column<T>;
  sorted: 'ascending' | 'descending' | undefined;
  onSort: () => void;
}) {
  return (
    <th scope="col" class={classOf(column)} aria-sort={sorted ?? 'none'}>
      {column.sort ? (
        <button type="button" class="sort" onClick={onSort}>
          {column.head}
          <span aria-hidden="true">{sorted ? (sorted === 'ascending' ? '↑' : '↓') : ''}</span>
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

function classOf<T>(column: Column<T>): string {
  return [column.num && 'num', column.wide && 'wide', column.spare && 'spare'].filter(Boolean).join(' ');
}

function sortRows<T>(
  rows: readonly T[],
  key: ((row: T) => string | number) | undefined,
  down: boolean,
): readonly T[] {
  if (!key) return rows;
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -sign : x > y ? sign : 0;
  });
}

function walk(event: KeyboardEvent): void {
  const row = event.target instanceof Element ? event.target.closest('tr') : null;
  const rows = [...(row?.parentElement?.children ?? [])];
  const at = row ? rows.indexOf(row) : -1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  const link = to === undefined ? undefined : rows[to]?.querySelector<HTMLElement>('a, button');
  if (!link) return;
  event.preventDefault();
  link.focus();
}
