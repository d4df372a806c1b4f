import { servePort } from '../../dist/in-process.js'

const RIGHTS = { write: true, sql: true }

/** A session of a served port. Its other end sends what it likes, as Comlink would, and reads what it called for. */
export function strangerAt(app) {
  const { port1, port2: far } = new MessageChannel()
  const session = { told: 0, post, call }
  // It counts what the node tells, also where nobody reads it.
  servePort(
    app,
    {
      postMessage(message) {
        session.told += 1
        port1.postMessage(message)
      },
      addEventListener: (type, listener) => port1.addEventListener(type, listener),
      removeEventListener: (type, listener) => port1.removeEventListener(type, listener),
      start: () => port1.start(),
      close: () => port1.close(),
    },
    RIGHTS,
  )
  const replies = new Map()
  let id = 0
  function post(method, params) {
    id += 1
    send({ id, method, params })
    return id
  }
  function send(message) {
    far.postMessage({ id: `${id}`, type: 'APPLY', path: ['handle'], argumentList: [{ type: 'RAW', value: message }] })
  }
  function call(method, params) {
    if (replies.size === 0 && id === 0) far.on('message', tell)
    return new Promise((resolve) => replies.set(post(method, params), resolve))
  }
  function tell({ value }) {
    if (value.receipt !== undefined) send({ read: value.receipt })
    replies.get(value.id)?.(value)
    replies.delete(value.id)
  }
  return session
}
