/**
 * Contends for the lock of a directory at each line `go`, tells how that went, and holds what it got until it is
 * killed.
 */
import { createInterface } from 'node:readline'
import { DirectoryLock } from '../../../dist/nodejs/directory-lock.js'

const directory = process.argv[2]
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'go') break
  try {
    await DirectoryLock.acquire(directory)
    console.log(JSON.stringify({ won: true }))
  } catch ({ code, message, details }) {
    console.log(JSON.stringify({ won: false, code, message, owner: details?.pid }))
  }
}
