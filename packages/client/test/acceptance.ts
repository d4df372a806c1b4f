import { afterAll, beforeAll, describe } from 'vitest'
import { argumentTests } from './acceptance/arguments.js'
import { badInputTests } from './acceptance/bad-input.js'
import { batchTests } from './acceptance/batches.js'
import { callTests } from './acceptance/calls.js'
import { documentTests } from './acceptance/documents.js'
import { eventTests } from './acceptance/events.js'
import { extremeTests } from './acceptance/extremes.js'
import { forgetTests } from './acceptance/forget.js'
import { historyTests } from './acceptance/history.js'
import { liveTests } from './acceptance/live.js'
import { oddObjectTests } from './acceptance/odd-objects.js'
import { reactiveTests } from './acceptance/reactive.js'
import { rightTests } from './acceptance/rights.js'
import { searchTests } from './acceptance/searches.js'
import { sqlTests } from './acceptance/sql.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'
import type { OpenedNode, Transport, World } from './acceptance/transport.js'
import { valueTests } from './acceptance/values.js'

export type { OpenedNode, Transport } from './acceptance/transport.js'

/** What an app may expect of its node, wherever that runs. */
export function acceptance(transport: Transport): void {
  describe(`a node ${transport.name}`, () => {
    const world = worldOf(transport)
    firstTests(world)
    storedTests(world)
    describe('searches', () => searchTests(world))
    describe('SQL', () => sqlTests(world))
    describe('arguments', () => argumentTests(world))
    describe('reactive proxies', () => reactiveTests(world))
    messageTests(world)
  })
}

/** What of it depends on how messages travel, for another kind of port and for a thread. */
export function messageAcceptance(transport: Transport): void {
  describe(`a node ${transport.name}`, () => {
    const world = worldOf(transport)
    firstTests(world)
    describe('values', () => valueTests(world))
    describe('extremes', () => extremeTests(world))
    messageTests(world)
  })
}

/** What of that an adapter of a port could spoil: what it carries, in which order, and how it closes. */
export function carriageAcceptance(transport: Transport): void {
  describe(`a node ${transport.name}`, () => {
    const world = worldOf(transport)
    describe('values', () => valueTests(world))
    describe('extremes', () => extremeTests(world))
    describe('calls', () => callTests(world))
    describe('events', () => eventTests(world))
    describe('live queries', () => liveTests(world))
  })
}

/** They verify the whole database, which is small as yet. */
function firstTests(world: () => World): void {
  describe('rights', () => rightTests(world))
}

function messageTests(world: () => World): void {
  describe('bad input', () => badInputTests(world))
  describe('odd objects', () => oddObjectTests(world))
  describe('calls', () => callTests(world))
  describe('events', () => eventTests(world))
  describe('live queries', () => liveTests(world))
}

/** What of it depends on where the database lies, for a way that is tried as a whole on another storage. */
export function storageAcceptance(transport: Transport): void {
  describe(`a node ${transport.name}`, () => storedTests(worldOf(transport)))
}

function storedTests(world: () => World): void {
  describe('documents', () => documentTests(world))
  describe('batches', () => batchTests(world))
  describe('history', () => historyTests(world))
  describe('values', () => valueTests(world))
  describe('extremes', () => extremeTests(world))
  describe('forgetting', () => forgetTests(world))
}

/** The node that all tests of a suite share. */
function worldOf(transport: Transport): () => World {
  let schemas: TestSchemas
  let opened: OpenedNode

  beforeAll(async () => {
    schemas = await lockSchemas()
    opened = await transport.open(schemas)
  })

  afterAll(() => opened?.dispose())

  return () => ({ transport, schemas, node: opened.node })
}
