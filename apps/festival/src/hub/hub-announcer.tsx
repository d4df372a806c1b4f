import { useEffect, useState } from 'react'
import { useHubWords } from './use-hub-words.js'

/** A state that passes sooner is not worth saying. */
const HOLD_MS = 2_000

/** Says aloud when the hub is reached or lost: neither numbers, nor what passes at once, nor the same thing twice. */
export function HubAnnouncer() {
  const { spoken } = useHubWords()
  const [said, setSaid] = useState<string>()
  useEffect(() => {
    if (spoken === undefined) return
    const timer = setTimeout(() => setSaid(spoken), HOLD_MS)
    return () => clearTimeout(timer)
  }, [spoken])
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  )
}
