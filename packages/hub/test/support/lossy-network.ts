import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const VXLAN = ['id', '7', 'dstport', '4789', 'nolearning']

/** Hosts in network namespaces of their own, and between them a network that is slow and loses packets. */
export class LossyNetwork implements AsyncDisposable {
  readonly #prefix = `rakko${process.pid}`
  readonly #hosts: number
  readonly #children: ChildProcess[] = []
  #relay: ChildProcess | undefined

  private constructor(hosts: number) {
    this.#hosts = hosts
  }

  /** Hosts are numbered from 1. Each packet takes `delayMs`, and of a hundred so many are lost. Needs root. */
  static async make(hosts: number, delayMs: number, lossPercent: number): Promise<LossyNetwork> {
    const network = new LossyNetwork(hosts)
    try {
      network.#lay()
      const relay = network.run(0, script('lossy-relay.mjs'), [`${delayMs}`, `${lossPercent / 100}`])
      network.#relay = relay
      await once(relay, 'message')
      return network
    } catch (error) {
      await network[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Of a host, on the network that loses packets. */
  addressOf(host: number): string {
    return `10.88.0.${host}`
  }

  /** Runs a script of Node on a host, with an IPC channel; 0 is the network itself. */
  run(host: number, path: string, args: readonly string[] = []): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.#name(host), process.execPath, path, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#children.push(child)
    return child
  }

  /** Nothing gets to a host, nor away from it, or all of that again. */
  cut(host: number, isCut: boolean): void {
    this.#relay?.send({ host, isCut })
  }

  /** Packets so far. */
  async packets(): Promise<{ readonly carried: number; readonly lost: number }> {
    this.#relay?.send({})
    const [packets] = await once(this.#relay as ChildProcess, 'message')
    return packets
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    for (let host = 0; host <= this.#hosts; host += 1) spawnSync('ip', ['netns', 'del', this.#name(host)])
  }

  #lay(): void {
    for (let host = 0; host <= this.#hosts; host += 1) {
      ip('netns', 'add', this.#name(host))
      ip('-n', this.#name(host), 'link', 'set', 'lo', 'up')
    }
    for (let host = 1; host <= this.#hosts; host += 1) {
      const [middle, name] = [this.#name(0), this.#name(host)]
      ip('-n', middle, 'link', 'add', `to${host}`, 'type', 'veth', 'peer', 'name', 'wire', 'netns', name)
      ip('-n', middle, 'addr', 'add', `10.77.${host}.1/24`, 'dev', `to${host}`)
      ip('-n', middle, 'link', 'set', `to${host}`, 'up')
      ip('-n', name, 'addr', 'add', `10.77.${host}.2/24`, 'dev', 'wire')
      ip('-n', name, 'link', 'set', 'wire', 'up')
      const [local, remote] = [`10.77.${host}.2`, `10.77.${host}.1`]
      ip('-n', name, 'link', 'add', 'lossy', 'type', 'vxlan', ...VXLAN, 'local', local, 'remote', remote, 'dev', 'wire')
      ip('-n', name, 'link', 'set', 'lossy', 'address', `02:00:00:00:00:0${host}`)
      ip('-n', name, 'addr', 'add', `${this.addressOf(host)}/24`, 'dev', 'lossy')
      // One packet a segment, as on a real wire: else one that is lost would be dozens.
      ip('-n', name, 'link', 'set', 'lossy', 'gso_max_segs', '1')
      ip('-n', name, 'link', 'set', 'lossy', 'up')
    }
  }

  #name(host: number): string {
    return `${this.#prefix}-${host}`
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error ?? stderr}`)
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
