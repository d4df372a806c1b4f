import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** Prints what an import adds to the process. It ends by itself only where nothing is left running. */
const program = (entry: string) => `
const state = () => [...Reflect.ownKeys(globalThis), ...process.eventNames()].map(String)
const before = state()
await import('${entry}')
console.log(JSON.stringify(state().filter((name) => !before.includes(name))))
`

test.each(['@rakko/client', '@rakko/client/in-process', '@rakko/client/react'])(
  'a server imports %s without an effect',
  async (entry) => {
    const args = ['--input-type=module', '--eval', program(entry)]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: import.meta.dirname, timeout: 60_000 })
    expect([stdout, stderr]).toEqual(['[]\n', ''])
  },
)
