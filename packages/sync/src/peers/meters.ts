import { RecentMap } from '@rakko/core'
import { Meter, type PeerQuota } from '../session/pull/meter.js'

/** Peers of which it is known how much they have given, at least. */
const MAX_METERS = 4_096

/** Counts what each peer gives, under its name. `now`: milliseconds since 1970. */
export function metersOf(quota: PeerQuota, now: () => number): (name: string) => Meter {
  const meters = new RecentMap<string, Meter>(MAX_METERS)
  return (name) => {
    const known = meters.get(name)
    if (known !== undefined) return known
    const meter = new Meter(quota, now)
    meters.set(name, meter)
    return meter
  }
}
