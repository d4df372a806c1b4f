import type { Blake3, Verifier } from '@rakko/core'

/** What a place brings to the suites: the backends that a node may use there. */
export interface Platform {
  readonly name: string
  readonly verifiers: Readonly<Record<string, Verifier>>
  readonly hashes: Readonly<Record<string, Blake3>>
}

/** One case of a suite: its check ends in silence, or throws what is wrong. */
export interface Case {
  readonly name: string
  /** Where a suite runs on several backends: which of them. */
  readonly backend?: string
  check(): void | Promise<void>
}

/** Makes the cases of a file. Throws where the file is not what it should be. */
export type Suite = (text: string, platform: Platform) => readonly Case[]

export interface SuiteResult {
  readonly suite: string
  readonly platform: string
  readonly passed: number
  /** What failed, and why. */
  readonly failures: readonly string[]
}
