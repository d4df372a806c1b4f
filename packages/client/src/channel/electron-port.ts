import { invalidArgument } from '../arguments/arguments.js'
import type { PortEvent, PortLike } from './channel.js'

/** The part of Electron's MessagePortMain that is used: an EventEmitter whose messages arrive as `{ data }`. */
export interface ElectronPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: PortEvent) => void): unknown
  on(event: 'close', listener: () => void): unknown
  off(event: 'message', listener: (event: PortEvent) => void): unknown
  off(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/**
 * Electron's port, in its main or a utility process, for `openNode({ port })` and `servePort`. A renderer's port needs
 * none of this. Throws INVALID_ARGUMENT.
 */
export function electronPort(port: ElectronPort): PortLike {
  for (const method of ['postMessage', 'on', 'off', 'start', 'close'] as const) {
    if (typeof port?.[method] !== 'function') throw invalidArgument('port', 'a MessagePortMain', port)
  }
  const closeListeners = new Map<unknown, () => void>()
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener(type, listener) {
      if (type === 'message') port.on('message', listener)
      else {
        const onClose = (): void => listener({})
        closeListeners.set(listener, onClose)
        port.on('close', onClose)
      }
    },
    removeEventListener(type, listener) {
      if (type === 'message') port.off('message', listener)
      else {
        const onClose = closeListeners.get(listener)
        if (onClose !== undefined) port.off('close', onClose)
        closeListeners.delete(listener)
      }
    },
    start: () => port.start(),
    close: () => port.close(),
  }
}
