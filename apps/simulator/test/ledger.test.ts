import type { Hash } from '@rakko/core'
import { expect, test } from 'vitest'
import type { SimNode } from '../src/people/sim-node.js'
import { Ledger } from '../src/world/ledger.js'

const ids = (...names: string[]): ReadonlySet<Hash> => new Set(names as Hash[])

function holder(...names: string[]): SimNode {
  return { place: { heldIds: async () => ids(...names) } } as Partial<SimNode> as SimNode
}

test('what is gone may be gone only where its last holder lost it', async () => {
  const ledger = new Ledger()
  for (const id of ids('kept', 'shared', 'alone', 'vanished')) ledger.acknowledge(id)
  // It has lost all but one of what it had; another node holds one of these.
  const wiped = holder('kept')
  const other = holder('shared', 'never acknowledged')
  await ledger.lost(ids('kept', 'shared', 'alone', 'of nobody'), wiped, [wiped, other])
  expect(ledger.account(ids('kept', 'shared'))).toEqual({ lost: ['alone'], missing: ['vanished'] })
  expect(ledger.account(ids('kept', 'alone', 'vanished'))).toEqual({ lost: [], missing: ['shared'] })
})
