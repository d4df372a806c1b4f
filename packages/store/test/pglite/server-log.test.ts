import { expect, test } from 'vitest'
import { MAX_LINE_CHARACTERS, ServerLog } from '../../src/pglite/server/server-log.js'

test('Of a long line the beginning is kept, and of many lines the last', () => {
  const log = new ServerLog()
  log.add(`42601 ERROR:  ${'x'.repeat(16_000_000)}`)
  expect(log.lastLine).toHaveLength(MAX_LINE_CHARACTERS + 1)
  expect(log.complaint?.words).toMatch(/^ERROR: {2}x+…$/)
  for (let line = 0; line < 20; line += 1) log.add(`00000 LOG:  ${line}`)
  expect([log.complaint, log.lastLine]).toEqual([undefined, '00000 LOG:  19'])
})
