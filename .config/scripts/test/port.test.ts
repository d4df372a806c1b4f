import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { claimPort, HOST } from '../port.mjs'

test('a port that somebody listens on is refused with a way out; a free one is given back free', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const { port } = server.address() as AddressInfo
  await expect(claimPort(port)).rejects.toThrow(
    `Port ${port} is in use: choose another one, as in PORT=${port + 1} npm start.`,
  )
  await new Promise((resolve) => server.close(resolve))
  expect(await claimPort(port)).toBe(port)
})
