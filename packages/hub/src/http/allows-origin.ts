import type { HubConfig } from '../config/hub-config.js'
import { isLoopback } from '../config/read-config.js'

/** Whether a page of this origin may use the hub. What is no page names no origin, and may. */
export function allowsOrigin(allowed: HubConfig['allowOrigins'], origin: string | undefined): boolean {
  if (origin === undefined || allowed === 'all') return true
  if (allowed !== 'loopback') return allowed.includes(origin)
  const host = hostOf(origin)
  return host !== undefined && isLoopback(host)
}

/**
 * Whether a request may name the hub so. A page can give its own name the address of this machine, and then read what a
 * hub for this machine replies. Other hubs reply to whoever reaches them. What is no browser may name no host.
 */
export function allowsHost(config: HubConfig, host: string | undefined): boolean {
  if (host === undefined || config.behindProxy || !isLoopback(config.host)) return true
  const name = hostOf(`http://${host}`)
  if (name === undefined) return false
  return isLoopback(name) || config.publicAddresses.some((address) => hostOf(address) === name)
}

/** `URL.canParse` is not asked: once Node 20 has compiled it, it says yes to bytes that `new URL` throws at. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).hostname
  } catch {
    return undefined
  }
}
