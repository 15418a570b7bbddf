'use client';
import { CircleCheck, CircleX } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
}
const stayMs = 6000;
const ToastContext = createContext<(text: string, options?: { isBad?: boolean }) => void>(() => {});

/** Says one sentence for six seconds, also to a screen reader. */
export const useToast = () => useContext(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const say = useCallback((text: string, { isBad = false } = {}) => {
    const toast = { id: performance.now(), text, isBad };
    setToasts((all) => [...all.slice(-2), toast]);
    setTimeout(() => setToasts((all) => all.filter(({ id }) => id !== toast.id)), stayMs);
  }, []);
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status">
        {toasts.map(({ id, text, isBad }) => (
          <div className="toast" key={id}>
            {isBad ? <CircleX size={16} color="var(--fail)" /> : <CircleCheck size={16} color="var(--success)" />}
            {text}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
