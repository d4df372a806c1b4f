import { blake3, portableVerifier } from '@rakko/core'
import { expect, test } from 'vitest'
import { runSuites } from '../src/run-suites.js'
import type { Platform, SuiteResult } from '../src/suite.js'
import { SUITES } from '../src/suites/index.js'

const platform: Platform = { name: 'here', verifiers: { portable: portableVerifier }, hashes: { noble: blake3 } }

/** Of BLAKE3's public vectors the first, of Appendix A a few. */
const EMPTY_HASH = 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'
const blake3File = (hash: string) => JSON.stringify({ cases: [{ input_len: 0, hash }] })
const cborFile = (...cases: object[]) => JSON.stringify(cases)

/** The results of one file; the other suites miss theirs, which is another matter. */
async function resultsOf(path: string, text: string): Promise<SuiteResult[]> {
  const results = await runSuites({ [path]: text }, platform)
  return results.filter(({ suite }) => suite.split(',')[0] === path)
}

test('a right answer passes, a wrong one fails and says what was expected', async () => {
  expect(await resultsOf('blake3.json', blake3File(EMPTY_HASH))).toEqual([
    { suite: 'blake3.json, noble', platform: 'here', passed: 1, failures: [] },
  ])
  const wrong = EMPTY_HASH.replace('af', '00')
  expect(await resultsOf('blake3.json', blake3File(wrong))).toEqual([
    {
      suite: 'blake3.json, noble',
      platform: 'here',
      passed: 0,
      failures: [`0 bytes: hash: expected "${wrong}", got "${EMPTY_HASH}"`],
    },
  ])
})

test('every suite without its file is one failure', async () => {
  const results = await runSuites({}, platform)
  expect(results).toEqual(
    Object.keys(SUITES)
      .sort()
      .map((suite) => ({ suite, platform: 'here', passed: 0, failures: ['the file is missing'] })),
  )
})

test('a file that no suite is known for is one failure', async () => {
  expect(await resultsOf('surprise.json', '{}')).toEqual([
    { suite: 'surprise.json', platform: 'here', passed: 0, failures: ['no suite is known for this file'] },
  ])
})

test('of every suite a file that is no JSON, has no cases or lacks a member is one failure', async () => {
  for (const path of Object.keys(SUITES)) {
    for (const text of [
      '',
      'no JSON',
      '{}',
      '[]',
      '{"cases":[],"testGroups":[],"groups":[],"fromReferenceTests":[]}',
      '[{}]',
    ]) {
      const [result, ...more] = await resultsOf(path, text)
      expect([path, text, result?.passed, result?.failures.length, more]).toEqual([path, text, 0, 1, []])
      expect(result?.failures[0]).toMatch(/^malformed: /)
    }
  }
})

test('Appendix A is compared exactly: 2^64−1, floats with integer values, chunks and ill-formed items', async () => {
  const right = cborFile(
    { hex: '1bffffffffffffffff', decoded: 0 },
    { hex: 'f93c00', decoded: 1.5 },
    { hex: '5f42010243030405ff', diagnostic: "(_ h'0102', h'030405')" },
    { hex: 'f818', diagnostic: 'simple(24)' },
  )
    .replace('"decoded":0', '"decoded":18446744073709551615')
    .replace('"decoded":1.5', '"decoded":1.0')
  expect(await resultsOf('cbor_appendix_a.json', right)).toMatchObject([{ passed: 4, failures: [] }])
  const wrong = cborFile(
    { hex: '1bfffffffffffffffe', decoded: 0 },
    { hex: 'f93c00', decoded: 1 },
    { hex: '5f42010243030405ff', diagnostic: "(_ h'0102', h'030406')" },
    { hex: '01', diagnostic: 'undefined' },
  ).replace('"decoded":0', '"decoded":18446744073709551615')
  const [result] = await resultsOf('cbor_appendix_a.json', wrong)
  expect([result?.passed, result?.failures.length]).toEqual([0, 4])
})

test('a verifier that accepts what the one rule refuses, or the other way about, fails its cases', async () => {
  const lax: Platform = { ...platform, verifiers: { lax: { verify: () => true } } }
  const publicKey = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'
  const group = (result: string) => ({
    publicKey: { pk: publicKey },
    tests: [{ tcId: 7, msg: '00', sig: '00'.repeat(64), result }],
  })
  const text = JSON.stringify({ testGroups: [group('valid'), group('invalid')] })
  const results = await runSuites({ 'wycheproof_ed25519.json': text }, lax)
  expect(results.find(({ suite }) => suite.startsWith('wycheproof'))).toEqual({
    suite: 'wycheproof_ed25519.json, lax',
    platform: 'here',
    passed: 1,
    failures: ['tcId 7: valid: expected false, got true'],
  })
})
