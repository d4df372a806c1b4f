import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react'
import { Button } from './button.js'
import styles from './more-button.module.css'

const AHEAD = '800px'

interface MoreButtonProps {
  readonly onMore: () => void
  readonly children: ReactNode
}

/** Loads the next page by itself shortly before it comes into sight; the button is for those who do not scroll. */
export function MoreButton({ onMore, children }: MoreButtonProps) {
  const place = useRef<HTMLDivElement>(null)
  const more = useEffectEvent(onMore)

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) more()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  return (
    <div ref={place} className={styles.place}>
      <Button onClick={onMore}>{children}</Button>
    </div>
  )
}
