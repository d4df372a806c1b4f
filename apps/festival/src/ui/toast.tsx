import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'
import styles from './toast.module.css'

const TOAST_MS = 4000

const ToastContext = createContext<(text: string) => void>(() => undefined)

/** Says in passing that something was done, to the eye and to a screen reader. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext)
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<{ text: string }>()

  useEffect(() => {
    if (toast === undefined) return
    const timer = setTimeout(() => setToast(undefined), TOAST_MS)
    return () => clearTimeout(timer)
  }, [toast])

  const show = useCallback((text: string) => setToast({ text }), [])

  return (
    <ToastContext value={show}>
      {children}
      <div className={styles.region} role="status">
        {toast !== undefined && <p className={styles.toast}>{toast.text}</p>}
      </div>
    </ToastContext>
  )
}
