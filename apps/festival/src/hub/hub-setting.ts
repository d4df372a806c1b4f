/** The hub's address outlives the page in localStorage; an empty text says that a person wants none. */
const KEY = 'festival:hub'
/** In a link that someone shares: `https://festival.example/?hub=wss://hub.example`. */
const PARAMETER = 'hub'

/** What was chosen on this device, else what the app was built with. */
export function keptHub(): string | undefined {
  const kept = read() ?? import.meta.env.VITE_HUB ?? ''
  return kept === '' ? undefined : kept
}

export function keepHub(address: string | undefined): void {
  try {
    localStorage.setItem(KEY, address ?? '')
  } catch {
    // A browser that keeps nothing asks again at the next start.
  }
}

/** What the link that led here offers. It leaves the address bar, so that loading again does not offer it again. */
export function takeSharedHub(): string | undefined {
  const url = new URL(location.href)
  const shared = url.searchParams.get(PARAMETER)?.trim()
  if (shared === undefined) return undefined
  url.searchParams.delete(PARAMETER)
  history.replaceState(history.state, '', url)
  return shared === '' ? undefined : shared
}

export function linkTo(hub: string): string {
  const url = new URL(location.pathname, location.origin)
  url.searchParams.set(PARAMETER, hub)
  return url.href
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
