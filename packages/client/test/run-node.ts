import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { QUICK_START } from '../../../.config/testing/quick-start.js'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

export interface RunOptions {
  /** Options of Node's. */
  readonly args?: readonly string[]
  /** Arguments of the module's. */
  readonly after?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Given on standard input instead of by `-e`. */
  readonly onStdin?: boolean
}

/** What a module printed, a line each, in a process of its own that is killed once it has printed `end`. */
export async function runNode(
  module: string,
  { args = [], after = [], env = {}, onStdin = false }: RunOptions = {},
): Promise<string[]> {
  const text = onStdin ? ['-'] : ['-e', module]
  const child = spawn(process.execPath, [...QUICK_START, ...args, '--input-type=module', ...text, ...after], {
    cwd: PACKAGE,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  let printed = ''
  const collect = (bytes: Buffer): void => {
    printed += bytes
    if (printed.endsWith('end\n')) child.kill('SIGKILL')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.stdin.end(onStdin ? module : '')
  await once(child, 'close')
  return printed.trimEnd().split('\n')
}
