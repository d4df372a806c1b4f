import { join } from 'node:path'
import { openNodejsNode } from '@rakko/node/nodejs'
import { connectInProcess } from '../../dist/in-process.js'
import { silentPeers } from './silent-peers.mjs'
import { strangerPeer } from './stranger-peer.mjs'
import { strangerAt } from './stranger-session.mjs'

/** How often an honest caller is answered before what nobody reads counts as over. */
const QUIET_CALLS = 3
/** No other text has it. */
const MARK = 'followed '

/** A node on a directory, served at ports: to two strangers who read what they are told, and one who does not. */
export async function nodeHost({ schemas, note, door, folder }) {
  const node = await openNodejsNode({ directory: join(folder, 'database'), schemas })
  const app = await connectInProcess(node)
  const create = async (title) => {
    const [outcome] = await node.write([{ action: 'create', schemaId: note, fields: { title } }])
    if (outcome.status !== 'published') throw outcome.error
    return outcome.documentId
  }
  const first = await create('honest')
  const isThere = async () => (await node.document(note, first)) !== undefined
  const readers = [strangerAt(app), strangerAt(app)]
  const silent = strangerAt(app)
  let turn = 0
  const call = (method, params) => {
    turn += 1
    return readers[turn % readers.length].call(method, params)
  }
  const senders = {
    peer: strangerPeer(node),
    ingest: async (items) => (await node.ingest(items)).map(codeOf),
    publish: (items) =>
      Promise.all(
        items.map((item) =>
          node.publish(item.entry, item.operation).then(
            () => 'published',
            ({ code }) => code,
          ),
        ),
      ),
    port: ([item]) => call('publish', item).then(({ ok, error }) => [ok ? 'published' : error.code]),
  }

  async function asked({ method, params, times }) {
    const replies = await Promise.all(Array.from({ length: times }, () => call(method, params)))
    return replies.map(({ ok, error }) => (ok ? method : error.code))
  }

  async function askedUnread({ method, params, times }) {
    for (let count = 0; count < times; count++) silent.post(method, params)
    await untilQuiet()
    return [`${method}, unread`]
  }

  async function pulled({ times }) {
    await silentPeers(node, times)
    return ['pulls, unread']
  }

  async function followed({ schemaId, times, titles }) {
    const {
      result: [documentId],
    } = await call('create', { schemaId, items: [{ title: MARK }] })
    const query = { where: { title: { contains: MARK } } }
    for (let count = 0; count < times; count++) silent.post('live', { schemaId, query })
    await untilQuiet()
    for (const title of titles) {
      // Numbers are easy to guess.
      for (let subscription = 1; subscription <= times; subscription++) silent.post('next', { subscription })
      await call('update', { schemaId, changes: [{ documentId, fields: { title: MARK + title } }] })
      await untilQuiet()
    }
    return ['live, unread']
  }

  /** Nobody says when the last is told. It was once the node told nothing more while it answered others. */
  async function untilQuiet() {
    let told = -1
    for (let quiet = 0; quiet < QUIET_CALLS; quiet = silent.told === told ? quiet + 1 : 0) {
      told = silent.told
      await isThere()
    }
  }
  return {
    send: senders[door],
    ask: (ask) => ('arePeers' in ask ? pulled : 'titles' in ask ? followed : ask.isUnread ? askedUnread : asked)(ask),
    honestCalls: (turn) => [...(turn % 2 === 0 ? [() => create('more')] : []), isThere],
  }
}

function codeOf({ status, error }) {
  return error?.code ?? status
}
