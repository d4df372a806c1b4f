import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driver } from '../../src/driver/driver.js'
import { DirectoryFiles, openPglite } from '../../src/pglite/index.js'
import { preparedFiles } from '../support/open-memory-driver.js'

/** A database in files, and copies of it to be damaged. */
export class Directories {
  readonly #root = mkdtempSync(join(tmpdir(), 'rakko-verify-'))
  readonly whole = join(this.#root, 'whole')
  readonly copy = join(this.#root, 'copy')

  constructor() {
    mkdirSync(this.whole)
    for (const { path, bytes } of preparedFiles()) {
      if (bytes) writeFileSync(join(this.whole, path), bytes)
      else mkdirSync(join(this.whole, path))
    }
  }

  open(directory: string): Promise<Driver> {
    return openPglite({ files: new DirectoryFiles(directory), label: directory })
  }

  copyAgain(): string {
    rmSync(this.copy, { recursive: true, force: true })
    cpSync(this.whole, this.copy, { recursive: true })
    return this.copy
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }
}
