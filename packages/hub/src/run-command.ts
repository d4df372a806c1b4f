import { readFileSync } from 'node:fs'
import { RakkoError } from '@rakko/core'
import { type CommandLine, parseCommandLine } from './config/command-line.js'
import type { HubConfig } from './config/hub-config.js'
import { KEYS } from './config/keys.js'
import { DEFAULT_FILE, type Environment, readConfig } from './config/read-config.js'
import { Hub } from './hub.js'
import { Log } from './log/log.js'

const CALLED_WRONGLY = 2
const FAILED = 1
/** A process that a signal ends has this and the signal's number. */
const SIGNALLED = 128
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const

/** The command line of `rakko`. Returns the exit code: 0 done, 1 failed, 2 called or configured wrongly. */
export async function runCommand(args: readonly string[], env: Environment): Promise<number> {
  const [command, ...rest] = args
  if (command === '--help' || command === '-h') return print(usage())
  if (command === '--version' || command === '-v') return print(version())
  if (command !== 'serve') {
    const wrong = command === undefined ? 'A command is missing' : `Unknown command ${command}`
    process.stderr.write(`${wrong}: there is \`rakko serve\`\n\n${usage()}\n`)
    return CALLED_WRONGLY
  }
  let called: CommandLine
  let config: HubConfig
  try {
    called = parseCommandLine(rest)
    if (called.help) return print(usage())
    config = readConfig(called, env)
  } catch (error) {
    return complain(error, CALLED_WRONGLY)
  }
  return serve(config)
}

async function serve(config: HubConfig): Promise<number> {
  // Whoever read it may be gone: the hub goes on.
  process.stderr.on('error', () => undefined)
  const log = new Log({ level: config.logLevel, write: (line) => process.stderr.write(line), now: Date.now })
  const ending = endOnSignals(log)
  try {
    await using hub = await Hub.start({ config, log })
    process.stdout.write(`The hub is at ${hub.address} (health: ${hub.healthAddress})\n`)
    await ending
  } catch (error) {
    log.error('failed', { error })
    return complain(error, FAILED)
  }
  return 0
}

/** The first signal ends the hub in order, a second one at once. */
function endOnSignals(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let isEnding = false
    for (const [signal, number] of Object.entries(SIGNALS)) {
      process.on(signal, () => {
        log.info('signal', { signal })
        if (isEnding) process.exit(SIGNALLED + number)
        isEnding = true
        resolve()
      })
    }
  })
}

function complain(error: unknown, code: number): number {
  process.stderr.write(`${error instanceof RakkoError ? `${error.message} [${error.code}]` : String(error)}\n`)
  return code
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
}

function usage(): string {
  const rows = Object.values(KEYS).map(({ flag, short, isSwitch, help, env, byDefault }) => {
    const names = `${short === undefined ? '    ' : `-${short}, `}--${flag}${isSwitch ? '' : ' …'}`
    return `  ${names.padEnd(38)} ${help} [${env}]${shown(byDefault)}`
  })
  return `Usage: rakko serve [--config FILE] [OPTIONS]
       rakko --version

Serves a node: apps dial it over a WebSocket, and meet through it. Ends with SIGINT or SIGTERM.

  -c, --config FILE                      TOML with these keys, written with _; ${DEFAULT_FILE} if it is there [CONFIG]
${rows.join('\n')}

A flag goes before the environment, that before the file.`
}

function shown(byDefault: unknown): string {
  if (byDefault === undefined || byDefault === false || (Array.isArray(byDefault) && byDefault.length === 0)) return ''
  return ` (${byDefault === 'all' ? '*' : String(byDefault)})`
}
