import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Passes on to a port of loopback, and counts what goes either way. */
export class Relay {
  readonly address: string
  bytes = 0
  readonly #close: () => void

  private constructor(address: string, close: () => void) {
    this.address = address
    this.#close = close
  }

  static async open(port: number): Promise<Relay> {
    const sockets = new Set<Socket>()
    const server = createServer((inside) => {
      const outside = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        sockets.add(from)
        from.on('data', (data) => {
          relay.bytes += data.length
          to.write(data)
        })
        from.on('error', () => undefined)
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const relay = new Relay(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/sync`, () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    })
    return relay
  }

  close(): void {
    this.#close()
  }
}
