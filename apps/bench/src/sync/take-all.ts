import type { RakkoNode } from '@rakko/client'

/** Dials a hub, and resolves once both know that they have the same. The session goes on. */
export async function takeAll(node: RakkoNode, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const following = node.sync.onStatus((peers) => {
      const { link, toSend } = peers.find((peer) => peer.address?.startsWith(address)) ?? {}
      if (link?.state === 'offline') reject(link.error)
      if (link?.state !== 'live' || toSend !== 0) return
      following.close()
      resolve()
    })
    node.sync.connect(address).catch(reject)
  })
}
