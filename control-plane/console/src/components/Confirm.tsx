import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorLine } from '../api.ts';
import { ErrorLine } from './basics.tsx';

/** Asks before something happens, and says what will. The browser's own dialog keeps the focus inside and gives it back. */
export function Confirm({
  title,
  verb,
  danger = false,
  act,
  onClose,
  children,
}: {
  title: string;
  verb: string;
  danger?: boolean;
  act: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await act();
      dialog.current?.close();
    } catch (cause) {
      setError(errorLine(cause));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <ErrorLine text={error} />
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class={danger ? 'danger' : 'primary'}
          disabled={busy}
          onClick={() => void confirm()}
        >
          {verb}
        </button>
      </div>
    </dialog>
  );
}
