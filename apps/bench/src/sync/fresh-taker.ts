import { once } from 'node:events'
import { nodejsSync } from '@rakko/node/nodejs'
import { ReadableNode } from '../node/readable-node.js'
import type { HubReady } from './hub.js'
import { measured } from './measured.js'
import { takeAll } from './take-all.js'

// A process that has done nothing else: an empty node on a directory takes all that a hub has, and says what that took.
const [directory = ''] = process.argv.slice(2)
const [{ address, schemas }] = (await once(process, 'message')) as [HubReady]
const { node } = await ReadableNode.open(schemas, directory, { sync: nodejsSync })
const taken = await measured(async () => {
  await takeAll(node, address)
  return node.collection(schemas.venue).count()
})
process.send?.(taken, () => process.exit())
