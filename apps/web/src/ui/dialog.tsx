'use client';
import { type ReactNode, useEffect, useRef } from 'react';

/** A modal dialog of the browser: it traps the focus, gives it back, and closes on Escape. */
export function Dialog({
  isOpen,
  close,
  label,
  children,
}: {
  isOpen: boolean;
  close: () => void;
  label: string;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      {isOpen && children}
    </dialog>
  );
}
