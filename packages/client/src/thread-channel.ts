import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { RakkoError } from '@rakko/core'
import type { Channel, PortLike } from './channel/channel.js'
import { facadeOver } from './channel/port-channel.js'
import { threadOptions } from './channel/thread-options.js'

/**
 * A thread of this process that runs thread.ts, and the way to it.
 *
 * @throws {RakkoError} ENVIRONMENT_FAILED with the thread's address
 */
export function threadChannel(): Channel {
  const { port1, port2 } = new MessageChannel()
  const thread = startThread(port2)
  const facade = facadeOver(port1 as PortLike)
  let failure: unknown
  let tellDeath: Parameters<Channel['onDeath']>[0] | undefined
  thread.on('error', (error) => {
    failure = error
  })
  const ended = new Promise<void>((resolve) => {
    thread.on('exit', (code) => {
      tellDeath?.(`its thread ended with code ${code}`, failure)
      resolve()
    })
  })
  return {
    handle: (message) => facade.handle(message),
    onDeath(listener) {
      tellDeath = listener
    },
    async close() {
      tellDeath = undefined
      port1.close()
      // One that is in a system call that does not return never ends.
      thread.unref()
      await thread.terminate()
      await ended
    },
  }
}

function startThread(port: MessagePort): Worker {
  const { NODE_OPTIONS, ...env } = process.env
  try {
    return new Worker(new URL('./thread.js', import.meta.url), {
      name: 'rakko',
      workerData: { port },
      transferList: [port],
      execArgv: threadOptions(process.execArgv, NODE_OPTIONS),
      env,
    })
  } catch (cause) {
    port.close()
    const remedy =
      cause instanceof Error && 'code' in cause && cause.code === 'ERR_ACCESS_DENIED'
        ? "Node's permission model refuses it: start Node with --allow-worker, or open the node by @rakko/client/in-process"
        : String(cause)
    // Bundlers take what stands in `new URL` for a file that they have to bring along.
    const address = import.meta.url.replace(/[^/]*$/, 'thread.js')
    const message = `The thread ${address} cannot be started: ${remedy}`
    throw new RakkoError('ENVIRONMENT_FAILED', message, { address, expected: remedy }, { cause })
  }
}
