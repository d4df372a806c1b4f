import type { RakkoError } from '@rakko/core'
import { expect } from 'vitest'
import type { DocumentStore, IngestOutcome, PublishItem, PublishOutcome } from '../../src/store.js'

export type Published = Extract<PublishOutcome, { status: 'published' }>

/** Publishes what must be accepted. */
export async function publishAll(store: DocumentStore, items: readonly PublishItem[]): Promise<Published[]> {
  return (await store.publish(items)).map(expectPublished)
}

export function expectPublished(outcome: PublishOutcome): Published {
  if (outcome.status === 'refused') throw outcome.error
  return outcome
}

export function expectRefused(outcome: PublishOutcome | undefined): RakkoError {
  expect(outcome?.status).toBe('refused')
  if (outcome?.status !== 'refused') throw new Error('it was published')
  return outcome.error
}

/** What became of each, in a word. */
export function codesOf(outcomes: readonly (PublishOutcome | IngestOutcome)[]): string[] {
  return outcomes.map((outcome) => (outcome.status === 'refused' ? outcome.error.code : outcome.status))
}

export function expectHeld(outcome: IngestOutcome | undefined): void {
  if (outcome?.status === 'refused') throw outcome.error
  expect(outcome?.status).toBe('held')
}
