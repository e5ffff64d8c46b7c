import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { SampleInfo } from '../model.ts';
import { isEditing } from './Filter.tsx';

/**
 * What a person says of a window: a key each for the labels of `labels`, 0 for none, T to the field for any other
 * text, U to take the last one back.
 */
export function LabelBar({
  sample,
  labels,
  ready,
  onLabel,
  undo,
}: {
  sample: SampleInfo;
  labels: readonly string[];
  /** Whether the window is in sight: nobody labels what they haven't seen. */
  ready: boolean;
  onLabel: (label: string | null) => void;
  /** Takes back what was said last, of the device named; undefined where nothing was. */
  undo: { device: string; act: () => void } | undefined;
}) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const list = useId();
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isEditing(event.target)) return;
      const label = /^[1-9]$/.test(event.key) ? labels[Number(event.key) - 1] : undefined;
      if (ready && label !== undefined) onLabel(label);
      else if (ready && event.key === '0') onLabel(null);
      else if (event.key === 't') field.current?.focus();
      else if (event.key === 'u' && undo) undo.act();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [labels, ready, onLabel, undo]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!ready || text.trim() === '') return;
    onLabel(text.trim());
    setText('');
    field.current?.blur();
  };
  return (
    <div class="label-bar">
      <fieldset class="actions">
        <legend class="visually-hidden">What this window shows</legend>
        {labels.map((label, i) => (
          <button
            key={label}
            type="button"
            aria-pressed={sample.label === label}
            aria-keyshortcuts={`${i + 1}`}
            disabled={!ready}
            onClick={() => onLabel(label)}
          >
            <kbd>{i + 1}</kbd> {label}
          </button>
        ))}
        <button
          type="button"
          aria-keyshortcuts="0"
          disabled={!ready || sample.label === null}
          onClick={() => onLabel(null)}
        >
          <kbd>0</kbd> no label
        </button>
        {undo && (
          <button type="button" aria-keyshortcuts="u" onClick={undo.act}>
            <kbd>U</kbd> undo {undo.device}
          </button>
        )}
      </fieldset>
      <form class="actions" onSubmit={submit}>
        <label>
          <span class="visually-hidden">Another label</span>
          <input
            ref={field}
            value={text}
            maxLength={64}
            list={list}
            placeholder="another label (T)"
            autocomplete="off"
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
          />
        </label>
        <datalist id={list}>
          {labels.map((label) => (
            <option key={label} value={label} />
          ))}
        </datalist>
        <button type="submit" disabled={!ready || text.trim() === ''}>
          Label
        </button>
      </form>
      <span class="quiet hint">← → the windows beside</span>
    </div>
  );
}
