import { PGlite } from '@electric-sql/pglite'
import { OpfsAhpFS } from '@electric-sql/pglite/opfs-ahp'
import { PREPARED_ARCHIVE_URL, START_PARAMETERS } from '@rakko/store/pglite'

/** `isNew`: the prepared archive has to be unpacked first. */
export interface BareStart {
  readonly isNew: boolean
}

// Opens bare PGlite on OPFS as its own documentation does, with a node's start parameters, and says so.
let pglite: PGlite | undefined

self.onmessage = async ({ data }: MessageEvent<BareStart | 'close'>) => {
  try {
    if (data === 'close') {
      await pglite?.close()
      self.postMessage('closed')
      return
    }
    pglite = new PGlite({
      fs: new OpfsAhpFS('bare'),
      startParams: [...START_PARAMETERS],
      ...(data.isNew && { loadDataDir: await (await fetch(PREPARED_ARCHIVE_URL.href)).blob() }),
    })
    await pglite.waitReady
    self.postMessage('open')
  } catch (error) {
    self.postMessage(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
