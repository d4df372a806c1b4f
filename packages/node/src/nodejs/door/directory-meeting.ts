import { RakkoError } from '@rakko/core'
import { purgePolicy } from '@rakko/store'
import type { Node } from '../../node.js'
import type { OpenParams } from '../../open-params.js'
import { openingHandler } from '../../rpc/node-handler.js'
import { leaderSilent } from '../../shared/leader-errors.js'
import { SILENT_MS } from '../../shared/remote-way.js'
import type { Meet, Meeting, Seat } from '../../shared/way.js'
import { connectTo } from '../directory-lock.js'
import { platform } from '../platform.js'
import { Visit } from './visit.js'

const { timers } = platform

/** Between two tries, where the directory is in use by somebody who does not serve it yet. */
const RETRY_MS = 100

/**
 * Processes share the node of a directory. Whoever can open it leads; the others reach it through its socket, and one of
 * them opens it when the leader is gone.
 */
export function meetInDirectory(open: (params: OpenParams) => Promise<Node>): Meet {
  return (params, seat) => new DirectoryMeeting(open, params, seat)
}

class DirectoryMeeting implements Meeting {
  readonly #open: (params: OpenParams) => Promise<Node>
  readonly #params: OpenParams
  readonly #seat: Seat
  #visit: Visit | undefined
  #hasLeft = false
  #sought: Promise<void>
  #close: () => Promise<void> = async () => undefined

  constructor(open: (params: OpenParams) => Promise<Node>, params: OpenParams, seat: Seat) {
    this.#open = open
    this.#params = params
    this.#seat = seat
    this.#sought = this.#seek()
  }

  async leave(): Promise<void> {
    this.#hasLeft = true
    this.#visit?.close()
    await this.#sought
    await this.#close()
  }

  /** Leads, or follows whoever does. */
  async #seek(): Promise<void> {
    while (!this.#hasLeft) {
      try {
        const { purge } = this.#params
        this.#lead(await this.#open({ ...this.#params, purge: purgePolicy(purge) }))
        return
      } catch (error) {
        const directory = directoryInUse(error)
        if (directory === undefined) {
          this.#seat.fail(error)
          return
        }
        if (await this.#follow(directory)) return
      }
      await pause(RETRY_MS)
    }
  }

  #lead(node: Node): void {
    this.#close = () => node.close()
    this.#seat.use({ handle: openingHandler(async () => node) })
  }

  /** False where nobody is there that serves. */
  async #follow(directory: string): Promise<boolean> {
    const socket = await connectTo(directory)
    if (socket === undefined) return false
    const visit = new Visit(socket, {
      onLeaves: () => this.#seat.lose(visit),
      onSilent: () => this.#seat.doWithout(leaderSilent()),
      onEnd: () => {
        this.#seat.lose(visit)
        if (this.#visit === visit && visit.isWelcome) this.#sought = this.#seek()
      },
    })
    this.#visit = visit
    const timer = timers.setTimeout(() => this.#seat.doWithout(leaderSilent()), 2 * SILENT_MS)
    await visit.begun
    timers.clearTimeout(timer)
    if (visit.refusal !== undefined) {
      this.#seat.fail(visit.refusal)
      return true
    }
    if (visit.isWelcome) this.#seat.use(visit)
    return visit.isWelcome
  }
}

function directoryInUse(error: unknown): string | undefined {
  if (!(error instanceof RakkoError) || error.code !== 'DATABASE_IN_USE') return undefined
  return error.details.directory as string
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(() => resolve(), ms))
}
