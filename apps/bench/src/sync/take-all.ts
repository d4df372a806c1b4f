import type { RakkoNode } from '@rakko/client'

/** Dials a hub, and resolves once the node has all that the hub had. The session goes on. */
export async function takeAll(node: RakkoNode, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const following = node.sync.onStatus((peers) => {
      const link = peers.find((peer) => peer.address?.startsWith(address))?.link
      if (link?.state === 'offline') reject(link.error)
      if (link?.state !== 'live') return
      following.close()
      resolve()
    })
    node.sync.connect(address).catch(reject)
  })
}
