import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rakko-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DECLARED = Object.fromEntries(
  ['core', 'store', 'sync', 'node', 'client', 'hub']
    .map((name) => `@rakko/${name}`)
    .concat('@electric-sql/pglite', '@noble/hashes', 'comlink', 'ws')
    .map((name) => [name, '1.0.0']),
)

/** A file, what stands in it, and the rules that refuse it. */
const CASES: [file: string, source: string, rules: string[]][] = [
  ['packages/core/src/uses-store.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
  ['packages/core/src/uses-node.ts', "export { x } from '@rakko/node/web'", ['noRestrictedImports']],
  ['packages/core/src/uses-pglite.ts', "export { PGlite } from '@electric-sql/pglite'", ['noRestrictedImports']],
  ['packages/core/src/uses-files.ts', "export { readFileSync } from 'node:fs'", ['noRestrictedImports']],
  ['packages/core/src/uses-clock.ts', 'export const now = Date.now()', ['noRestrictedGlobals']],
  ['packages/core/src/uses-chance.ts', 'export const x = Math.random()', ['noJsRestrictedProperties']],
  ['packages/core/src/uses-crypto.ts', 'export const x = crypto.subtle', ['noRestrictedGlobals']],
  ['packages/core/src/uses-own.ts', "export { x } from './entry/entry.js'", []],
  ['packages/core/src/uses-noble.ts', "export { blake3 } from '@noble/hashes/blake3.js'", []],
  ['packages/core/src/uses-undeclared.ts', "export { x } from 'left-pad'", ['noUndeclaredDependencies']],
  ['packages/core/src/first.ts', "export { b } from './second.js'\nexport const a = 1", ['noImportCycles']],
  ['packages/core/src/second.ts', "export { a } from './first.js'\nexport const b = 1", ['noImportCycles']],
  ['packages/core/src/NotKebab.ts', 'export const a = 1', ['useFilenamingConvention']],
  ['packages/core/test/uses-store.test.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
  ['packages/store/src/uses-core.ts', "export { x } from '@rakko/core'", []],
  ['packages/store/src/uses-node.ts', "export { x } from '@rakko/node'", ['noRestrictedImports']],
  ['packages/store/src/uses-client.ts', "export { x } from '@rakko/client'", ['noRestrictedImports']],
  ['packages/store/src/uses-pglite.ts', "export { PGlite } from '@electric-sql/pglite'", ['noRestrictedImports']],
  ['packages/store/src/uses-driver.ts', "export { x } from './pglite/index.js'", ['noRestrictedImports']],
  ['packages/store/src/uses-timer.ts', 'setTimeout(() => {}, 1)', ['noRestrictedGlobals']],
  ['packages/store/src/decide/uses-port.ts', "export type { IngestOutcome } from '../store.js'", []],
  [
    'packages/store/src/decide/uses-driver.ts',
    "export type { Driver } from '../driver/driver.js'",
    ['noRestrictedImports'],
  ],
  [
    'packages/store/src/decide/uses-tables.ts',
    "export { DECISION } from '../tables/codes.js'",
    ['noRestrictedImports'],
  ],
  ['packages/sync/src/session/serve/uses-pull.ts', "export { x } from '../pull/puller.js'", ['noRestrictedImports']],
  ['packages/sync/src/session/compare/uses-session.ts', "export { x } from '../session.js'", ['noRestrictedImports']],
  ['packages/sync/src/session/pull/uses-serve.ts', "export { x } from '../serve/source.js'", ['noRestrictedImports']],
  ['packages/sync/src/session/pull/uses-compare.ts', "export { x } from '../compare/comparisons.js'", []],
  ['packages/store/src/sync/uses-port.ts', "export type { IdRange } from '../sync-source.js'", []],
  ['packages/store/src/sync/uses-sql.ts', "export { sql } from '../sql/sql.js'", ['noRestrictedImports']],
  ['packages/store/src/decide/uses-sync.ts', "export { x } from '../sync/bounds.js'", ['noRestrictedImports']],
  ['packages/store/src/write/uses-sync.ts', "export { x } from '../sync/bounds.js'", ['noRestrictedImports']],
  ['packages/store/src/read/sync/uses-sync.ts', "export { x } from '../../sync/bounds.js'", []],
  ['packages/store/src/memory/uses-sync.ts', "export { x } from '../sync/bounds.js'", []],
  ['packages/store/src/sql/uses-tables.ts', "export { Names } from '../tables/names.js'", ['noRestrictedImports']],
  ['packages/store/src/tables/uses-sql.ts', "export { hexArray } from '../sql/column.js'", []],
  ['packages/store/src/tables/uses-schemas.ts', "export { x } from '../schemas/registry.js'", ['noRestrictedImports']],
  [
    'packages/store/src/schemas/uses-transaction.ts',
    "export { x } from '../transaction/database.js'",
    ['noRestrictedImports'],
  ],
  ['packages/store/src/transaction/uses-decide.ts', "export { x } from '../decide/admit.js'", []],
  ['packages/store/src/transaction/uses-load.ts', "export { x } from '../load/histories.js'", ['noRestrictedImports']],
  ['packages/store/src/load/uses-write.ts', "export { x } from '../write/materialise.js'", ['noRestrictedImports']],
  ['packages/store/src/write/pins/uses-load.ts', "export { x } from '../../load/histories.js'", []],
  [
    'packages/store/src/write/pins/uses-ingest.ts',
    "export { x } from '../../ingest/ingest.js'",
    ['noRestrictedImports'],
  ],
  ['packages/store/src/ingest/uses-maintain.ts', "export { x } from '../maintain/forget.js'", ['noRestrictedImports']],
  ['packages/store/src/ingest/uses-verify.ts', "export { x } from '../verify/lost.js'", ['noRestrictedImports']],
  ['packages/store/src/read/uses-verify.ts', "export { x } from '../verify/lost.js'", ['noRestrictedImports']],
  ['packages/store/src/verify/uses-ingest.ts', "export { x } from '../ingest/learn-schema.js'", []],
  ['packages/store/src/verify/uses-read.ts', "export { x } from '../read/documents.js'", []],
  ['packages/store/src/verify/uses-maintain.ts', "export { x } from '../maintain/forget.js'", ['noRestrictedImports']],
  ['packages/store/src/maintain/uses-verify.ts', "export { x } from '../verify/lost.js'", []],
  ['packages/store/src/maintain/uses-ingest.ts', "export { x } from '../ingest/ingest.js'", []],
  ['packages/store/src/maintain/uses-read.ts', "export { x } from '../read/views.js'", ['noRestrictedImports']],
  ['packages/store/src/read/query/uses-load.ts', "export { x } from '../../load/histories.js'", []],
  ['packages/store/src/read/query/uses-write.ts', "export { x } from '../../write/rows.js'", ['noRestrictedImports']],
  ['packages/store/src/read/uses-store.ts', "export { x } from '../sql-store.js'", ['noRestrictedImports']],
  ['packages/store/src/memory/uses-decide.ts', "export { x } from '../decide/arrivals.js'", []],
  ['packages/store/src/memory/uses-sql.ts', "export { x } from '../sql/column.js'", ['noRestrictedImports']],
  ['packages/store/src/driver/uses-sql.ts', "export { sql } from '../sql/sql.js'", ['noRestrictedImports']],
  ['packages/store/src/store.ts', "export { SqlRow } from './read/app-sql/app-sql.js'", ['noRestrictedImports']],
  ['packages/store/src/sync-source.ts', "export { x } from './sync/bounds.js'", ['noRestrictedImports']],
  ['packages/store/src/maintenance-slice.ts', "export { x } from './maintain/maintenance.js'", ['noRestrictedImports']],
  ['packages/store/src/pglite/uses-sql.ts', "export { OID } from '../sql/binary-value.js'", []],
  ['packages/store/src/pglite/uses-tables.ts', "export { Names } from '../tables/names.js'", ['noRestrictedImports']],
  ['packages/store/src/pglite/files/uses-log.ts', "export { BlockLog } from './block-log.js'", []],
  [
    'packages/store/src/pglite/files/uses-server.ts',
    "export { x } from '../server/server.js'",
    ['noRestrictedImports'],
  ],
  [
    'packages/store/src/pglite/messages/uses-files.ts',
    "export { x } from '../files/device.js'",
    ['noRestrictedImports'],
  ],
  ['packages/store/src/pglite/server/uses-messages.ts', "export { x } from '../messages/type-codec.js'", []],
  [
    'packages/store/src/pglite/server/uses-driver.ts',
    "export { x } from '../pglite-driver.js'",
    ['noRestrictedImports'],
  ],
  ['packages/store/src/pglite/uses-pglite.ts', "export { PGlite } from '@electric-sql/pglite'", []],
  ['packages/store/src/pglite/uses-files.ts', "export { readFileSync } from 'node:fs'", ['noRestrictedImports']],
  ['packages/sync/src/uses-core.ts', "export { x } from '@rakko/core'", []],
  ['packages/sync/src/uses-store.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
  ['packages/sync/src/uses-sockets.ts', "export { x } from 'ws'", ['noRestrictedImports']],
  ['packages/sync/src/uses-clock.ts', 'export const now = Date.now()', ['noRestrictedGlobals']],
  ['packages/sync/src/channel/uses-wire.ts', "export { x } from '../wire/frame.js'", ['noRestrictedImports']],
  ['packages/sync/src/channel/uses-timer.ts', 'setTimeout(() => {}, 1)', ['noRestrictedGlobals']],
  ['packages/sync/src/channel/nodejs/uses-sockets.ts', "export { WebSocketServer } from 'ws'", []],
  ['packages/sync/src/channel/nodejs/uses-node.ts', "export { x } from 'node:http'\nprocess.exit()", []],
  ['packages/sync/src/channel/nodejs/uses-wire.ts', "export { x } from '../../wire/frame.js'", ['noRestrictedImports']],
  ['packages/sync/src/reconcile/uses-wire.ts', "export { x } from '../wire/frame.js'", ['noRestrictedImports']],
  ['packages/sync/src/wire/uses-reconcile.ts', "export { x } from '../reconcile/range.js'", []],
  ['packages/sync/src/wire/uses-channel.ts', "export { x } from '../channel/channel.js'", ['noRestrictedImports']],
  ['packages/sync/src/wire/uses-session.ts', "export { x } from '../session/session.js'", ['noRestrictedImports']],
  [
    'packages/sync/src/session/uses-both.ts',
    "export { x } from '../wire/frame.js'\nexport { y } from '../channel/channel.js'",
    [],
  ],
  [
    'packages/sync/src/session/uses-nodejs.ts',
    "export { x } from '../channel/nodejs/index.js'",
    ['noRestrictedImports'],
  ],
  ['packages/node/src/uses-store.ts', "export { x } from '@rakko/store'", []],
  ['packages/node/src/uses-client.ts', "export { x } from '@rakko/client'", ['noRestrictedImports']],
  ['packages/node/src/uses-comlink.ts', "export { wrap } from 'comlink'", ['noRestrictedImports']],
  ['packages/node/src/uses-driver.ts', "export { x } from '@rakko/store/pglite'", ['noRestrictedImports']],
  ['packages/node/src/uses-web.ts', "export { x } from './web/index.js'", ['noRestrictedImports']],
  ['packages/node/src/uses-files.ts', "export { readFileSync } from 'node:fs'", ['noRestrictedImports']],
  ['packages/node/src/uses-process.ts', 'export const x = process.pid', ['noRestrictedGlobals']],
  ['packages/node/src/rpc/uses-clock.ts', 'export const x = performance.now()', ['noRestrictedGlobals']],
  ['packages/node/src/web/uses-platform.ts', 'export const x = [Date.now(), navigator.storage]', []],
  ['packages/node/src/web/uses-driver.ts', "export { x } from '@rakko/store/pglite'", []],
  ['packages/node/src/web/uses-pglite.ts', "export { PGlite } from '@electric-sql/pglite'", ['noRestrictedImports']],
  ['packages/node/src/web/uses-files.ts', "export { readFileSync } from 'node:fs'", ['noRestrictedImports']],
  ['packages/node/src/nodejs/uses-files.ts', "export { readFileSync } from 'node:fs'", []],
  ['packages/node/src/nodejs/uses-web.ts', "export { x } from '../web/index.js'", ['noRestrictedImports']],
  [
    'packages/hub/src/uses-node.ts',
    "export { x } from '@rakko/node/nodejs'\nexport { y } from '@rakko/sync'\nexport { z } from '@rakko/core'",
    [],
  ],
  ['packages/hub/src/uses-platform.ts', "export { x } from 'node:http'\nprocess.exit()", []],
  ['packages/hub/src/uses-store.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
  ['packages/hub/src/uses-client.ts', "export { x } from '@rakko/client'", ['noRestrictedImports']],
  ['packages/hub/src/uses-sockets.ts', "export { x } from 'ws'", ['noRestrictedImports']],
  ['packages/node/src/uses-hub.ts', "export { x } from '@rakko/hub'", ['noRestrictedImports']],
  ['packages/client/src/uses-messages.ts', "export { x } from '@rakko/node/rpc'\nexport { y } from '@rakko/core'", []],
  ['packages/client/src/uses-sign.ts', "export { x } from '@rakko/node/sign'", ['noRestrictedImports']],
  ['packages/client/src/uses-node.ts', "export { x } from '@rakko/node'", ['noRestrictedImports']],
  ['packages/client/src/uses-web.ts', "export { x } from '@rakko/node/web'", ['noRestrictedImports']],
  ['packages/client/src/uses-store.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
  ['packages/client/src/uses-driver.ts', "export { x } from '@rakko/store/pglite'", ['noRestrictedImports']],
  ['packages/client/src/uses-entry.ts', "export { x } from './in-process.js'", ['noRestrictedImports']],
  [
    'packages/client/src/arguments/uses-calls.ts',
    "export { x } from '../calls/connection.js'",
    ['noRestrictedImports'],
  ],
  ['packages/client/src/channel/uses-arguments.ts', "export { x } from '../arguments/arguments.js'", []],
  ['packages/client/src/channel/uses-calls.ts', "export { x } from '../calls/connection.js'", ['noRestrictedImports']],
  ['packages/client/src/calls/uses-channel.ts', "export { x } from '../channel/channel.js'", []],
  ['packages/client/src/calls/uses-remote.ts', "export { x } from '../remote/sql.js'", ['noRestrictedImports']],
  ['packages/client/src/remote/uses-messages.ts', "export { x } from '@rakko/node/rpc'", []],
  ['packages/client/src/remote/uses-node.ts', "export { x } from '@rakko/node'", ['noRestrictedImports']],
  ['packages/client/src/remote/uses-serve.ts', "export { x } from '../serve/relay.js'", ['noRestrictedImports']],
  ['packages/client/src/serve/uses-remote.ts', "export { x } from '../remote/remote-node.js'", []],
  ['packages/client/src/serve/uses-entry.ts', "export { x } from '../worker.js'", ['noRestrictedImports']],
  ['packages/client/src/react/uses-remote.ts', "export { x } from '../remote/live.js'", []],
  ['packages/client/src/react/uses-channel.ts', "export { x } from '../channel/channel.js'", ['noRestrictedImports']],
  ['packages/client/src/worker.ts', "export { x } from '@rakko/node/web'", []],
  ['packages/client/src/thread.ts', "export { x } from '@rakko/node/nodejs'", []],
  ['packages/client/src/in-process.ts', "export { PGlite } from '@electric-sql/pglite'", ['noRestrictedImports']],
  ['apps/festival/src/uses-client.ts', "export { x } from '@rakko/client'\nexport { y } from '@rakko/core'", []],
  ['apps/festival/src/uses-node.ts', "export { x } from '@rakko/node'", ['noRestrictedImports']],
  ['apps/festival/src/uses-store.ts', "export { x } from '@rakko/store'", ['noRestrictedImports']],
]

/** The rules that Biome names for each file of the cases. */
function lint(): Map<string, string[]> {
  cpSync(join(ROOT, '.config', 'biome.jsonc'), join(folder, '.config', 'biome.jsonc'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: DECLARED }))
  for (const [file, source] of CASES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${source}\n`)
  }
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const args = ['lint', '--config-path', '.config', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  const { stdout, stderr } = spawnSync(process.execPath, [biome, ...args, '.'], { cwd: folder, encoding: 'utf8' })
  const found = new Map<string, string[]>()
  expect(stdout, stderr).toContain('diagnostics')
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    found.set(location.path, [...(found.get(location.path) ?? []), category.split('/').at(-1)])
  }
  return found
}

test('imports against the direction of the house, and platform globals outside their room, are lint errors', () => {
  const found = lint()
  const answers = CASES.map(([file, source]) => [file, source, found.get(file) ?? []])
  expect(answers).toEqual(CASES)
})
