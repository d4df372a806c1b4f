/**
 * Calls the listener when the page goes on: after it was frozen, kept for the way back, hidden, or without a network. Its
 * worker may have stood still as well, and its timers would come late. Returns what ends it.
 */
export function onWake(listener: () => void): () => void {
  const ending = new AbortController()
  const { signal } = ending
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  document.addEventListener('resume', listener, { signal })
  document.addEventListener('visibilitychange', onVisible, { signal })
  for (const type of ['pageshow', 'online']) window.addEventListener(type, listener, { signal })
  return () => ending.abort()
}
