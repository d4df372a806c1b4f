import { admitPublished, type Pick } from '../decide/admit.js'
import { Arrivals } from '../decide/arrivals.js'
import type { ReceivedItem } from '../decide/received-item.js'
import { findClaimedSchema } from '../load/find-schemas.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { Parking } from '../write/parking.js'
import type { ArrivalReader } from './arrival-reader.js'
import { refuseForgotten } from './refuse-forgotten.js'

/** Runs the decision engine on one transaction, whose ledger then holds what was accepted. */
export function decideArrivals(
  transaction: WriteTransaction,
  reader: ArrivalReader,
  parking: Parking,
  pick: Pick,
): Arrivals {
  const { ledger } = transaction
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
      ancestorsOf: async (hashes) => reader.readParked(await parking.ancestorsOf(hashes)),
      prepare: (items) => reader.read(items),
    },
  })
}
