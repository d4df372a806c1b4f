import { readFile as readText, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCommandLine } from '../src/config/command-line.js'
import { KEYS } from '../src/config/keys.js'
import { type Environment, readConfig } from '../src/config/read-config.js'
import { runRakko, temporaryFolder } from './support/hub-process.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder?.remove())

const read = (args: readonly string[], env: Environment = {}) => readConfig(parseCommandLine(args), env)

/** Reads a file of these lines, and what goes before it. */
async function readFile(lines: string, args: readonly string[] = [], env: Environment = {}) {
  await writeFile(folder.path('rakko.toml'), lines)
  return read(['-c', folder.path('rakko.toml'), ...args], env)
}

const SCHEMA = `venue_0020${'ab'.repeat(32)}`

const DEFAULTS = {
  logLevel: 'info',
  host: '127.0.0.1',
  httpPort: 2020,
  dataPath: '.rakko/hub',
  durability: 'process',
  allowSchemaIds: 'all',
  directNodeAddresses: [],
  askProof: false,
  publicAddresses: [],
  allowOrigins: 'loopback',
  behindProxy: false,
  silenceMs: 60_000,
  maxConnections: 1_000,
  maxConnectionsPerAddress: 250,
  peerBytesPerHour: 2 * 1024 ** 3,
  peerEntriesPerHour: 4_000_000,
  authorBytes: 0,
  creditBytes: 4 * 1024 * 1024,
}

test('a hub that is told nothing is for its machine alone', () => {
  expect(read([])).toEqual(DEFAULTS)
})

test('a flag goes before the environment, that before the file, that before what holds by default', async () => {
  const lines = 'http_port = 1\nhost = "::1"\nlog_level = "debug"\nask_proof = true\nallow_schema_ids = "*"'
  const env = { HTTP_PORT: '2', RAKKO_HUB_HOST: 'localhost', RAKKO_HUB_DATA_PATH: 'there', LOG_LEVEL: '' }
  expect(await readFile(lines, ['-p', '3', '-s', SCHEMA], env)).toEqual({
    ...DEFAULTS,
    httpPort: 3,
    host: 'localhost',
    dataPath: 'there',
    logLevel: 'debug',
    askProof: true,
    allowSchemaIds: [SCHEMA],
  })
  expect(read([], { CONFIG: folder.path('rakko.toml') }).host).toBe('::1')
})

test('a list is a list in a file, and has commas, or comes again and again, elsewhere', async () => {
  const addresses = ['wss://a.example/sync', 'ws://b.example/sync']
  const written = await readFile('direct_node_addresses = ["wss://A.example", "ws://b.example"]')
  expect(written.directNodeAddresses).toEqual(addresses)
  const env = { DIRECT_NODE_ADDRESSES: 'wss://a.example, ws://b.example' }
  expect(read([], env).directNodeAddresses).toEqual(addresses)
  expect(read(['-n', 'wss://a.example', '-n', 'ws://b.example']).directNodeAddresses).toEqual(addresses)
})

test('pages of everywhere may use a hub that others than this machine reach, unless some are named', () => {
  expect(read(['--host', '0.0.0.0']).allowOrigins).toBe('all')
  expect(read(['--behind-proxy']).allowOrigins).toBe('all')
  expect(read(['--host', '::', '--allow-origins', 'https://a.example']).allowOrigins).toEqual(['https://a.example'])
})

test('the origins of shells of desktop and mobile apps can be named', () => {
  const origins = [
    'app://festival',
    'tauri://localhost',
    'capacitor://localhost',
    'file://',
    'null',
    'http://[::1]:80a',
  ]
  expect(read(['--allow-origins', origins.slice(0, 5).join()]).allowOrigins).toEqual(origins.slice(0, 5))
  for (const wrong of [...origins.slice(5), 'https://a.example/', 'https://a.example:443', 'HTTPS://a.example', 'a'])
    expect(() => read(['--allow-origins', wrong])).toThrow('expected the origin of a page')
})

test.each([
  [['--http-prot', '1'], 'Unknown flag --http-prot: `rakko serve --help` lists those there are'],
  [['somewhere'], 'Unknown flag somewhere: `rakko serve --help` lists those there are'],
  [['--host'], 'Invalid --host: expected a value, got none'],
  [['--host', '--ask-proof'], 'Invalid --host: expected a value, got --ask-proof'],
  [['-p', '65536'], 'Invalid --http-port: expected a whole number from 0 to 65535, got 65536'],
  [['-l', 'loud'], 'Invalid --log-level: expected off, error, warn, info, debug, got loud'],
  [['-s', 'venue'], 'Invalid --allow-schema-ids: expected an underscore, got venue'],
  [['-s', ''], 'Invalid --allow-schema-ids: expected * or one schema id at least, got none'],
  [['--ask-proof=maybe'], 'Invalid --ask-proof: expected true or false, got maybe'],
  [
    ['--allow-origins', 'a.example'],
    'Invalid --allow-origins: expected the origin of a page, as in https://app.example, got a.example',
  ],
  [
    ['-n', 'hub.example:2022'],
    'Invalid --direct-node-addresses: expected the address of a hub, wss://… (or ws://… on a network that is your own), without a name or password, got hub.example:2022',
  ],
  [
    ['--host', '0.0.0.0', '--ask-proof'],
    'Invalid --public-address: expected the addresses by which peers dial this hub, since they have to prove their keys for one of them, got none',
  ],
  [['-c', 'none.toml'], "none.toml cannot be read: ENOENT: no such file or directory, open 'none.toml'"],
])('%j is refused by name', (args, message) => {
  expect(() => read(args)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG', message }))
})

test('what is wrong in the environment is refused by name', () => {
  expect(() => read([], { HTTP_PORT: 'http' })).toThrow('Invalid HTTP_PORT: expected a whole number from 0 to 65535')
  expect(() => read([], { RAKKO_HUB_DATA_PAHT: 'x' })).toThrow('Unknown key RAKKO_HUB_DATA_PAHT in the environment')
})

test('what is wrong in a file is refused by name', async () => {
  const path = folder.path('rakko.toml')
  await expect(readFile('http_prot = 1')).rejects.toThrow(
    `Unknown key http_prot in ${path}: there are log_level, host,`,
  )
  await expect(readFile('ask_proof = 1')).rejects.toThrow(`Invalid ask_proof in ${path}: expected true or false, got 1`)
  await expect(readFile('public_addresses = 3')).rejects.toThrow(`Invalid public_addresses in ${path}: expected a list`)
  await expect(readFile('http_port = ')).rejects.toThrow(`${path} is not TOML`)
})

test('the exit code of a hub that is told wrong things is 2, and it starts nothing', async () => {
  expect(await runRakko(['serve', '-p', 'http'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'Invalid --http-port: expected a whole number from 0 to 65535, got http [INVALID_CONFIG]\n',
  })
})

test('the page about operating a hub has every key, as it is', async () => {
  const page = await readText(new URL('../docs/operating.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.includes('` | `--'))
  expect(rows.map((row) => row.split(' | ').slice(0, 3).join(' | '))).toEqual(
    Object.values(KEYS).map(({ key, flag, short, env }) => {
      return `| \`${key}\` | \`--${flag}\`${short === undefined ? '' : `, \`-${short}\``} | \`${env}\``
    }),
  )
})

test('the help names every flag', async () => {
  const { code, stdout } = await runRakko(['serve', '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: rakko serve/)
  expect(stdout.match(/--[a-z-]+/g)).toEqual(expect.arrayContaining(['--config', '--http-port', '--public-address']))
})

test('the version is told, and an unknown command by its name', async () => {
  expect(await runRakko(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
  const { code, stdout, stderr } = await runRakko(['server'])
  expect({ code, stdout, first: stderr.split('\n')[0] }).toEqual({
    code: 2,
    stdout: '',
    first: 'Unknown command server: there is `rakko serve`',
  })
})
