import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's root, with a trailing slash left out. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** A fault of the machine or of the call: printed as its one sentence, without a stack. */
export class Complaint extends Error {}

/**
 * Runs a program with the terminal as its output. Where it is quiet, only its errors are seen. Where it reports, what
 * it prints goes to standard error, and standard output is left to the script's own data. Where `onOutput` is given, it
 * gets all that is printed, and nothing is seen.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, isQuiet?: boolean, isReport?: boolean, onOutput?: (text: string) => void,
 *   onSpawn?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<number>} its exit code; 128 + signal number is not told apart: a killed program counts as 1
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const { onOutput } = options
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      stdio: onOutput
        ? ['ignore', 'pipe', 'pipe']
        : ['ignore', options.isQuiet ? 'ignore' : options.isReport ? 2 : 'inherit', 'inherit'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => onOutput?.(text))
    options.onSpawn?.(child)
    child.on('error', (error) => reject(new Complaint(`Could not start ${command}: ${error.message}.`)))
    child.on(onOutput ? 'close' : 'exit', (code) => resolve(code ?? 1))
  })
}

/**
 * Runs a JavaScript command line tool with this very Node: no shell, no `.cmd` shims.
 * @param {string} path from the repository's root
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNode(path, args, options) {
  return run(process.execPath, [path, ...args], options)
}

/**
 * What a program prints, or undefined where it cannot be run or fails.
 * @param {string} command
 * @param {string[]} args
 * @param {number} timeoutMs
 */
export function outputOf(command, args, timeoutMs) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return result.status === 0 ? result.stdout.trim() : undefined
}

/**
 * The outermost frame of a script: its result is the exit code, a Complaint is one line.
 * @param {() => Promise<number>} body
 */
export async function main(body) {
  try {
    process.exitCode = await body()
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
