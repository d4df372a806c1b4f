import type { HubConfig } from '../config/hub-config.js'
import { isLoopback } from '../config/read-config.js'

/** Whether a page of this origin may use the hub. What is no page names no origin, and may. */
export function allowsOrigin(allowed: HubConfig['allowOrigins'], origin: string | undefined): boolean {
  if (origin === undefined || allowed === 'all') return true
  if (allowed !== 'loopback') return allowed.includes(origin)
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname)
}
