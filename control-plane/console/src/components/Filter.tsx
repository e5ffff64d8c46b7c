import { useEffect, useRef } from 'preact/hooks';

/** The page's filter; `/` comes here from anywhere, Escape empties and leaves it. */
export function Filter({
  value,
  onChange,
  hint = 'Filter',
}: {
  value: string;
  onChange: (text: string) => void;
  hint?: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isEditing(event.target))
        return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  return (
    <label class="filter">
      <span class="visually-hidden">{hint}</span>
      <input
        ref={input}
        type="search"
        placeholder={hint}
        value={value}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          onChange('');
          event.currentTarget.blur();
        }}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
    </label>
  );
}

/** Whether every word of the filter stands somewhere in the text. */
export function matches(filter: string, ...texts: readonly string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Whether keys belong to what has the focus: a field, a choice. */
export function isEditing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
