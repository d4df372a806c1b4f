import type { Channel } from './channel.js'

/** Carries what comes over either channel on over the other. Resolves once both are closed, as the first one was. */
export async function pipe(one: Channel, other: Channel): Promise<void> {
  await Promise.all([carry(one, other), carry(other, one)])
}

function carry(from: Channel, to: Channel): Promise<void> {
  return new Promise((resolve) => {
    from.listen({
      frame: (frame) => to.send(frame),
      closed() {
        to.close()
        resolve()
      },
    })
  })
}
