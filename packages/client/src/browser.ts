import { platformTimers as timers } from './calls/platform.js'
import type { Channel, PortLike } from './channel/channel.js'
import { facadeOver, portChannel } from './channel/port-channel.js'
import { lifeLock } from './channel/worker-life.js'
import { onWake } from './remote/on-wake.js'
import { isOverPort, openingParams, sessionParams } from './remote/open-node-options.js'
import type { OpenNode } from './remote/rakko-node.js'
import { connect } from './remote/remote-node.js'
import { notLoaded, startWorker } from './start-worker.js'

export * from './exports.js'

/** In a browser: a dedicated worker of the page's own, or a port. */
export const openNode: OpenNode = async (options) => {
  const page = { timers, askForPersistence, onWake }
  if (isOverPort(options)) return connect({ ...page, ...sessionParams(options), channel: portChannel(options.port) })
  const params = openingParams(options)
  return connect({ ...page, ...params, channel: workerChannel() })
}

async function askForPersistence(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false
}

function workerChannel(): Channel {
  const name = `rakko-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')}`
  const worker = startWorker(name)
  const facade = facadeOver(worker as PortLike)
  const stopWatching = new AbortController()
  let isWatched = false
  let tellDeath: Parameters<Channel['onDeath']>[0] | undefined

  // A worker's end is no event. So the worker holds a lock as long as it lives: whoever gets the lock knows that it
  // ended.
  const watch = (): void => {
    if (isWatched || navigator.locks === undefined) return
    isWatched = true
    navigator.locks
      .request(lifeLock(name), { signal: stopWatching.signal }, () => tellDeath?.('its worker ended'))
      .catch(() => undefined)
  }
  // Before the first reply an error means that the worker could not even load.
  worker.addEventListener('error', (event) => {
    if (!isWatched) tellDeath?.(notLoaded(), event.message || undefined)
  })
  return {
    async handle(message) {
      const reply = await facade.handle(message)
      watch()
      return reply
    },
    onDeath(listener) {
      tellDeath = listener
    },
    async close() {
      stopWatching.abort()
      worker.terminate()
    },
  }
}
