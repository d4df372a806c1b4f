import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bytesToHex } from '@rakko/core'
import { expect, test } from 'vitest'
import { nativeSigner } from '../../src/nodejs/native-key.js'

const SEED = new Uint8Array(32).fill(7)
const run = promisify(execFile)

function messages(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array(index).fill(index))
}

test('a thread signs what the signer signs, in order, calls in flight together and messages of no bytes among them', async () => {
  const signer = nativeSigner(SEED)
  const calls = [messages(300), [], messages(3).reverse()]
  const signed = await Promise.all(calls.map((call) => signer.beside.signAll(call)))
  expect(signed.map((call) => call.map(bytesToHex))).toEqual(
    calls.map((call) => call.map((message) => bytesToHex(signer.sign(message)))),
  )
})

const PROGRAM = `
  import { nativeSigner } from '@rakko/node/nodejs'
  const signer = nativeSigner(new Uint8Array(32).fill(7))
  signer.beside.prepare()
  const message = new Uint8Array(5)
  // The thread rests in between.
  await signer.beside.signAll([message])
  const signed = await signer.beside.signAll(new Array(5_000).fill(message))
  console.log(signed.every((one) => Buffer.from(one).equals(signer.sign(message))))
`

test.each([
  ['waits for its signatures and ends by itself', []],
  ['signs by itself where it may have no threads', ['--experimental-permission', '--allow-fs-read=*']],
])('a process %s', async (_, flags) => {
  const node = ['--no-warnings', ...flags, '--input-type=module', '--eval', PROGRAM]
  const { stdout } = await run(process.execPath, node, { cwd: import.meta.dirname })
  expect(stdout).toBe('true\n')
})
