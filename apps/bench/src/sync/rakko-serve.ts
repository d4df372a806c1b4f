import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { withFolder } from '../start/temporary-folder.js'

const COMMAND = fileURLToPath(new URL('../../../../packages/hub/bin/rakko.js', import.meta.url))

/** The command `rakko serve` as a process. */
export interface RakkoServe {
  readonly address: string
  /** Its resident memory, garbage included: nobody can tell it to collect. */
  memoryMB(): number
}

/** `rakko serve` on an empty directory, with places for so many peers from here, for as long as the work takes. */
export function withRakkoServe<Result>(peers: number, work: (hub: RakkoServe) => Promise<Result>): Promise<Result> {
  return withFolder(async (folder) => {
    const places = ['--max-connections', `${peers}`, '--max-connections-per-address', `${peers}`]
    const where = ['--http-port', '0', '--data-path', `${folder}/hub`]
    const child = spawn(process.execPath, [COMMAND, 'serve', ...where, ...places, '--log-level', 'warn'], {
      env: {},
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    try {
      const told = once(createInterface(child.stdout), 'line')
      const [line] = (await Promise.race([told, exited.then(() => [])])) as [string?]
      const address = line?.match(/ws:\S+/)?.[0]
      if (address === undefined) throw new Error(`rakko serve has ended before it listened: ${line}`)
      return await work({
        address,
        memoryMB: () =>
          (Number(execFileSync('ps', ['-o', 'rss=', '-p', `${child.pid}`], { encoding: 'utf8' })) * 1024) / 1e6,
      })
    } finally {
      child.kill('SIGKILL')
      await exited
    }
  })
}
