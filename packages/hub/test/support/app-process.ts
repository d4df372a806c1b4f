import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LockedSchemas } from '@rakko/client'
import type { LossyNetwork } from './lossy-network.js'

export interface AppStatus {
  readonly state: string
  readonly toSend: number
}

/** An app in a process of its own, on a host of a network. */
export class AppProcess {
  readonly #child: ChildProcess
  readonly #replies: ((reply: never) => void)[] = []
  readonly #watchers = new Set<(status: AppStatus) => void>()
  #status: AppStatus = { state: 'nothing', toSend: 0 }
  #errors = ''

  constructor(network: LossyNetwork, host: number) {
    this.#child = network.run(host, fileURLToPath(new URL('app-process.mjs', import.meta.url)))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#child.on('message', (told: { readonly reply?: unknown; readonly status?: AppStatus }) => {
      if (told.status === undefined) this.#replies.shift()?.(told.reply as never)
      else {
        this.#status = told.status
        for (const look of [...this.#watchers]) look(told.status)
      }
    })
  }

  /** What the process has complained of. */
  get errors(): string {
    return this.#errors
  }

  open(schemas: LockedSchemas, sync: { readonly addresses: readonly string[]; readonly silenceMs: number }) {
    return this.#ask<void>({ open: { schemas, sync } })
  }

  create(names: readonly string[]): Promise<string[]> {
    return this.#ask({ create: names })
  }

  update(id: string, fields: { readonly name?: string; readonly capacity?: number }): Promise<string> {
    return this.#ask({ update: [id, fields] })
  }

  /** Resolves once it has so many documents, and one of them these fields. */
  has(count: number, fields: { readonly name: string; readonly capacity: number }): Promise<void> {
    return this.#ask({ has: { count, fields } })
  }

  /** Each as its id, view id and fields. */
  rows(): Promise<string[]> {
    return this.#ask({ rows: true })
  }

  /** Resolves once how it stands with the hub fits. */
  until(fits: (status: AppStatus) => boolean): Promise<AppStatus> {
    return new Promise((resolve) => {
      const look = (status: AppStatus): void => {
        if (!fits(status)) return
        this.#watchers.delete(look)
        resolve(status)
      }
      this.#watchers.add(look)
      look(this.#status)
    })
  }

  #ask<Reply>(asked: object): Promise<Reply> {
    return new Promise((resolve) => {
      this.#replies.push(resolve as (reply: never) => void)
      this.#child.send(asked)
    })
  }
}
