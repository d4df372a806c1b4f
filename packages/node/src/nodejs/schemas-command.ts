import { parseArgs } from 'node:util'
import type { RakkoError } from '@rakko/core'
import { describeFindings } from './describe-findings.js'
import { exposedMode } from './file-mode.js'
import { DEFAULT_KEY, writeSchemas } from './write-schemas.js'

const USAGE = `Usage: rakko-schemas DEFINITIONS [--lock schema.lock] [--out FILE] [--key secret.txt]

Signs what changed in the schemas that the module DEFINITIONS exports as 'definitions' and writes
  schema.lock   the signed commits, in the working directory unless --lock says otherwise
  schemas.ts    the definitions bound to their ids, beside DEFINITIONS unless --out says otherwise
with the developer's key in secret.txt (--key), which is made where a signature is needed and there is none.
Keep schema.lock and schemas.ts under version control, and secret.txt out of it.

After a merge of two branches run it again, also on a schema.lock with git's conflict markers: it keeps the commits of both.`

const DAMAGED_LOCK = `Nothing was written. Restore schema.lock from version control and run this again. Do not start a new one: the same
definitions would get other ids, and an app would no longer find its users' documents.`

/** The command line of `rakko-schemas`. Returns the exit code: 0 done, 1 failed, 2 called wrongly. */
export async function runSchemasCommand(args: readonly string[]): Promise<number> {
  const called = parseCommandLine(args)
  if (called === undefined) {
    process.stderr.write(`${USAGE}\n`)
    return 2
  }
  if (called.help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  try {
    const { added, written, schemaIds, ...found } = await writeSchemas(called)
    for (const line of describeFindings(found)) process.stdout.write(`${line}\n`)
    for (const id of schemaIds) process.stdout.write(`${id}\n`)
    const files = written.length === 0 ? 'nothing to write' : `wrote ${written.join(', ')}`
    process.stdout.write(`${added} new commit${added === 1 ? '' : 's'}, ${files}\n`)
    warnOfExposed(called.key ?? DEFAULT_KEY)
    return 0
  } catch (error) {
    process.stderr.write(`${isRakkoError(error) ? `${error.message} [${error.code}]` : String(error)}\n`)
    if (isRakkoError(error) && error.code === 'INVALID_SCHEMA_LOCK') process.stderr.write(`${DAMAGED_LOCK}\n`)
    return 1
  }
}

function warnOfExposed(key: string): void {
  const mode = exposedMode(key)
  if (mode === undefined) return
  process.stderr.write(`Others can read or change ${key} (mode ${mode}), and sign schemas as you: chmod 600 ${key}\n`)
}

interface Call {
  readonly definitions: string
  readonly help: boolean
  readonly lock?: string
  readonly out?: string
  readonly key?: string
}

function parseCommandLine(args: readonly string[]): Call | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        lock: { type: 'string' },
        out: { type: 'string' },
        key: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [definitions = '', ...more] = positionals
    const { help, ...paths } = values
    if (!help && (definitions === '' || more.length > 0)) return undefined
    return { definitions, help, ...paths }
  } catch {
    return undefined
  }
}

/** The definitions may have been refused by another copy of the library than this one. */
function isRakkoError(error: unknown): error is RakkoError {
  return error instanceof Error && error.name === 'RakkoError'
}
