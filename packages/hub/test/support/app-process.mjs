import { openNode } from '@rakko/client/in-process'

// An app in a process of its own. It is told { open: { schemas, sync } }, { create: names }, { update: [id, fields] },
// { has: { count, fields } } and { rows: true }, and replies to each once it is so. It tells { status } whenever how it stands with the hub has changed.
let node
let venues

const replies = {
  async open({ schemas, sync }) {
    node = await openNode({ name: 'app', storage: 'memory', schemas, sync })
    venues = node.collection(schemas.venue)
    node.sync.onStatus(([peer]) => peer && process.send({ status: { state: peer.link.state, toSend: peer.toSend } }))
  },
  create: (names) => Promise.all(names.map((name) => venues.create({ name, capacity: 1 }))),
  update: ([id, fields]) => venues.update(id, fields),
  has: ({ count, fields }) =>
    new Promise((resolve) => {
      const live = venues.live({ first: 1_000 }, ({ rows }) => {
        const fits = rows.some((row) => Object.entries(fields).every(([name, value]) => row[name] === value))
        if (rows.length !== count || !fits) return
        live.close()
        resolve()
      })
    }),
  async rows() {
    const rows = await venues.find({ first: 1_000 })
    return rows.map(({ $id, $viewId, name, capacity }) => [$id, $viewId, name, capacity].join(' ')).sort()
  },
}

process.on('message', async (asked) => {
  const [[name, parameter]] = Object.entries(asked)
  process.send({ reply: await replies[name](parameter) })
})
process.on('disconnect', () => process.exit())
