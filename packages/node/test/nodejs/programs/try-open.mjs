/** Tries to open a directory and says how that went. */
import { openStorage } from '../../../dist/nodejs/open-storage.js'

try {
  const { driver } = await openStorage({ kind: 'directory', directory: process.argv[2] })
  await driver.close()
  console.log('{}')
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
