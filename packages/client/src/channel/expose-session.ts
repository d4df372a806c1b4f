import { refusal } from '@rakko/core'
import { errorToData, type Reply, type Session } from '@rakko/node/rpc'
import { expose } from 'comlink'
import type { PortEvent, PortLike } from './channel.js'
import { comlinkEndpoint } from './port-channel.js'

/**
 * Exposes a session's facade over a port, until the port closes or the other end releases it. Comlink by itself would
 * let the other end read, set and construct whatever it can name from the facade on, `Function` included. So only calls
 * of `handle` with one plain argument reach it. The reply to everything else is INVALID_MESSAGE.
 */
export function exposeSession(session: Session, port: PortLike): () => void {
  let listener: ((event: PortEvent) => void) | undefined
  const onMessage = (event: PortEvent): void => {
    const { data } = event
    if (isRelease(data)) stop()
    else if (isCall(data)) listener?.(event)
    else port.postMessage(refusalOf(data))
  }
  const guarded: PortLike = {
    postMessage: (message) => port.postMessage(message),
    addEventListener(_type, comlinks) {
      listener = comlinks
    },
    removeEventListener() {
      listener = undefined
    },
  }
  const stop = (): void => {
    port.removeEventListener('message', onMessage)
    port.removeEventListener('close', stop)
    void session.end()
  }
  port.addEventListener('message', onMessage)
  port.addEventListener('close', stop)
  expose(session.facade, comlinkEndpoint(guarded))
  port.start?.()
  return stop
}

/** What Comlink sends for `facade.handle(value)`. */
function isCall(data: unknown): boolean {
  if (!isObject(data) || data.type !== 'APPLY' || typeof data.id !== 'string') return false
  const { path, argumentList } = data
  if (!Array.isArray(path) || path.length !== 1 || path[0] !== 'handle') return false
  return (
    Array.isArray(argumentList) &&
    argumentList.length === 1 &&
    isObject(argumentList[0]) &&
    argumentList[0].type === 'RAW'
  )
}

function isRelease(data: unknown): boolean {
  return isObject(data) && data.type === 'RELEASE'
}

/** The reply as Comlink reads it where the message named itself, else as it is. */
function refusalOf(data: unknown): unknown {
  const expected = 'a call of handle with one message'
  const got = data === null ? 'null' : typeof data
  const error = refusal('INVALID_MESSAGE', { field: 'message', expected, got })
  const reply: Reply = { id: null, ok: false, error: errorToData(error) }
  return isObject(data) && typeof data.id === 'string' ? { type: 'RAW', value: reply, id: data.id } : reply
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
