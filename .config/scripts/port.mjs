import { createServer } from 'node:net'
import { Complaint } from './command.mjs'

/** Nothing that is served here is for other machines. */
export const HOST = '127.0.0.1'

/**
 * Looks whether a port is free, and releases it.
 * @param {number} port 0 for any that is free
 * @param {string} [variable] of the environment that names it
 * @returns {Promise<number>} the port
 * @throws {Complaint} where somebody else listens on it
 */
export function claimPort(port, variable = 'PORT') {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => {
      const reason =
        'code' in error && error.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${error.message})`
      reject(new Complaint(`Port ${port} ${reason}: choose another one, as in ${variable}=${port + 1} npm start.`))
    })
    probe.listen(port, HOST, () => {
      const address = probe.address()
      const claimed = address !== null && typeof address === 'object' ? address.port : port
      probe.close(() => resolve(claimed))
    })
  })
}
