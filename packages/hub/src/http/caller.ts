import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** The address of who calls: behind a proxy the last one of X-Forwarded-For, which the proxy itself has added. */
export function callerOf({ headers, socket }: IncomingMessage, behindProxy: boolean): string {
  const direct = socket.remoteAddress ?? 'unknown'
  if (!behindProxy) return plain(direct)
  const header = headers['x-forwarded-for']
  const forwarded = (Array.isArray(header) ? header.join(',') : header)?.split(',').at(-1)?.trim() ?? ''
  return isIP(forwarded) === 0 ? plain(direct) : plain(forwarded)
}

/** What counts as one caller: an address, or the network of 64 bits that a household gets for IPv6. */
export function householdOf(address: string): string {
  const own = plain(address)
  if (isIP(own) !== 6) return own
  const [head = '', tail] = (own.split('%')[0] ?? '').split('::')
  const groups = partsOf(head)
  if (tail !== undefined) while (groups.length < 8 - partsOf(tail).length) groups.push('0')
  return `${[...groups, ...partsOf(tail ?? '')]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

function partsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}

/** An address of IPv4 that a socket for both writes as one of IPv6. */
export function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}
