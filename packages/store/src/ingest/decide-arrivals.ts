import { admitPublished, type Pick } from '../decide/admit.js'
import { Arrivals } from '../decide/arrivals.js'
import { MAX_PARKED_AUTHOR_ENTRIES } from '../decide/park-bounds.js'
import type { ReceivedItem } from '../decide/received-item.js'
import { findClaimedSchema } from '../load/find-schemas.js'
import type { WriteTransaction } from '../transaction/database.js'
import { TooMuchAtOnce } from '../transaction/too-much-at-once.js'
import type { Parking } from '../write/parking.js'
import type { ArrivalReader } from './arrival-reader.js'
import { refuseForgotten } from './refuse-forgotten.js'

/** Entries that wait for the DELETEs of one transaction, and are decided with them: those of one author. */
const MAX_ANCESTORS = MAX_PARKED_AUTHOR_ENTRIES

/** Runs the decision engine on one transaction, whose ledger then holds what was accepted. */
export function decideArrivals(
  transaction: WriteTransaction,
  reader: ArrivalReader,
  parking: Parking,
  { pick, maySplit }: { readonly pick: Pick; readonly maySplit: boolean },
): Arrivals {
  const { ledger } = transaction
  let ancestors = 0
  const publish = (item: ReceivedItem) => {
    const admitted = admitPublished(ledger, item)
    return admitted.outcome.status === 'refused' ? refuseForgotten(transaction, item, admitted) : admitted
  }
  return new Arrivals({
    decider: ledger,
    lookup: reader.lookup,
    pick,
    admitPublished: (item) => {
      const { schemaId } = item.unchecked
      if (ledger.schema(schemaId)) return publish(item)
      return findClaimedSchema(transaction, schemaId).then(() => publish(item))
    },
    parking: {
      wokenBy: async (hashes) => reader.readParked(await parking.wokenBy(hashes)),
      moreWokenBy: async (hashes) => reader.readParked(await parking.moreWokenBy(hashes)),
      async ancestorsOf(hashes) {
        const found = await parking.ancestorsOf(hashes)
        ancestors += found.length
        if (maySplit && ancestors > MAX_ANCESTORS) throw new TooMuchAtOnce()
        return reader.readParked(found)
      },
      prepare: (items) => reader.read(items),
    },
  })
}
