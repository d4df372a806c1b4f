/** Tries to open a directory, as the user of the second argument if there is one, and says how that went. */
import { openStorage } from '../../../dist/nodejs/open-storage.js'

const [, , directory, user] = process.argv
// Only now: who may not write there need not be able to read this program either.
if (user !== undefined) process.setuid(Number(user))
try {
  const { driver } = await openStorage({ kind: 'directory', directory })
  await driver.close()
  console.log('{}')
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
