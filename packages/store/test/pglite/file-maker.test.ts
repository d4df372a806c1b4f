import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { PGlite } from '#pglite'
import type { ModuleOptions } from '../../src/pglite/files/file-maker.js'
import { MemoryFiles, openPglite, type PreparedFile } from '../../src/pglite/index.js'
import { preparedFiles } from '../support/open-memory-driver.js'

/** Of PGlite's module, what a look at its files takes. */
interface Files {
  readdir(path: string): string[]
  lstat(path: string): { mode: number }
  isDir(mode: number): boolean
  readFile(path: string): Uint8Array
  writeFile(path: string, bytes: Uint8Array): void
  unlink(path: string): void
}

/** Mode and hash of each file of a PGlite just before it starts. */
async function filesOf(maker: 'own' | 'Emscripten'): Promise<Record<string, string>> {
  const prepared = preparedFiles()
  let content: Record<string, string> = {}
  let pglite: PGlite | undefined
  class Watched extends MemoryFiles {
    override async init(owner: PGlite, options: ModuleOptions) {
      pglite = owner
      const { emscriptenOpts } = await super.init(owner, options)
      return { emscriptenOpts: maker === 'own' ? emscriptenOpts : options }
    }

    override async initialSyncFs(): Promise<void> {
      await super.initialSyncFs()
      const { FS: files } = (pglite as unknown as { Module: { FS: Files } }).Module
      if (maker === 'Emscripten') for (const file of prepared) makeAgain(files, file)
      content = contentBelow(files, '')
    }
  }
  const driver = await openPglite({ files: new Watched(prepared), label: 'memory' })
  await driver.close()
  return content
}

function makeAgain(files: Files, { path, bytes }: PreparedFile): void {
  if (bytes === undefined) return
  files.unlink(`/pglite/data/${path}`)
  files.writeFile(`/pglite/data/${path}`, bytes)
}

function contentBelow(files: Files, folder: string): Record<string, string> {
  const content: Record<string, string> = {}
  for (const name of files.readdir(folder === '' ? '/' : folder).sort()) {
    const path = `${folder}/${name}`
    if (name === '.' || name === '..' || path === '/dev' || path === '/proc') continue
    const { mode } = files.lstat(path)
    if (files.isDir(mode)) Object.assign(content, contentBelow(files, path))
    else content[path] = `${mode.toString(8)} ${createHash('sha256').update(files.readFile(path)).digest('hex')}`
  }
  return content
}

test('PGlite finds the same files with the same modes as if Emscripten had made each of them', async () => {
  const made = await filesOf('own')
  expect(Object.keys(made).length).toBeGreaterThan(900)
  expect(made).toEqual(await filesOf('Emscripten'))
})
