import { type Dependency, type Hash, validateIngest } from '@rakko/core'
import type { IngestOutcome } from '../store.js'
import type { Admission } from './cascade.js'
import type { Ledger } from './ledger.js'
import type { PeerLookup } from './peer-lookup.js'
import type { InvalidEntry } from './receive-from-peer.js'
import type { ReceivedItem } from './received-item.js'

export interface AdmittedFromPeer {
  readonly outcome: IngestOutcome
  readonly admission: Admission
}

/** Judges one item by the rules of replication; the ledger takes what is decided. */
export async function admitFromPeer(
  ledger: Ledger,
  lookup: PeerLookup,
  item: ReceivedItem | InvalidEntry,
): Promise<AdmittedFromPeer> {
  const { entryHash } = item
  const known = lookup.entry(entryHash)
  if (known) return { outcome: { status: 'decided', decision: known.decision }, admission: { status: 'undecided' } }
  if ('error' in item) return refuse(ledger, item)
  await lookup.prepare(item)
  const decision = validateIngest({ ...item, lookup })
  switch (decision.decision) {
    case 'held': {
      ledger.accept(item, decision)
      const { operationId, documentId } = decision
      return { outcome: { status: 'held', operationId, documentId }, admission: { status: 'decided' } }
    }
    case 'refused':
      return refuse(ledger, { entryHash, error: decision.error })
    case 'forgotten':
      ledger.decide(entryHash, 'forgotten')
      return { outcome: { status: 'decided', decision: 'forgotten' }, admission: { status: 'decided' } }
    case 'waiting':
      return {
        outcome: { status: 'waiting', for: decision.for, parked: false },
        admission: { status: 'waiting', waitsFor: firstMissing(decision.for) },
      }
  }
}

function refuse(ledger: Ledger, { entryHash, error }: InvalidEntry): AdmittedFromPeer {
  ledger.decide(entryHash, 'refused')
  return { outcome: { status: 'refused', error, final: true }, admission: { status: 'decided' } }
}

function firstMissing(dependencies: readonly Dependency[]): Hash | undefined {
  for (const one of dependencies) {
    const hash = one.kind === 'schema' ? one.missing[0] : one.id
    if (hash !== undefined) return hash
  }
  return undefined
}
