import { MessageChannel, Worker } from 'node:worker_threads'
import type { Channel, PortLike } from './channel.js'
import { facadeOver } from './port-channel.js'

/** A thread of this process that runs thread.ts, and the way to it. */
export function threadChannel(): Channel {
  const { port1, port2 } = new MessageChannel()
  // By itself a thread runs by the options of its process: it would load a module that `--import` names, which may be the
  // very one that opens this node, and would take its own file for the text that `--input-type` is about.
  const { NODE_OPTIONS: _inherited, ...env } = process.env
  const thread = new Worker(new URL('./thread.js', import.meta.url), {
    name: 'rakko',
    workerData: { port: port2 },
    transferList: [port2],
    execArgv: [],
    env,
  })
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
