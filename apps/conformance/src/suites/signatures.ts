import { hexToBytes, type Verifier } from '@rakko/core'
import { expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Case, Suite } from '../suite.js'

/** Project Wycheproof, Ed25519: `result` is the verdict, since none of its cases lies where rules differ. */
export const wycheproof: Suite = (text, { verifiers }) =>
  JsonShape.parse(text)
    .get('testGroups')
    .array()
    .flatMap((group) => {
      const publicKey = group.get('publicKey').get('pk').text()
      return group
        .get('tests')
        .array()
        .flatMap((test) => {
          const result = test.get('result').text()
          if (result !== 'valid' && result !== 'invalid') throw test.wrong('valid or invalid')
          return cases(verifiers, {
            name: `tcId ${test.get('tcId').number()}`,
            publicKey,
            message: test.get('msg').text(),
            signature: test.get('sig').text(),
            isValid: result === 'valid',
          })
        })
    })

/**
 * ed25519-speccheck has no verdicts in its file: it asks which rule a verifier follows. Ours is cofactorless and not
 * strict: R is compared byte by byte with compress([S]B − [k]A). These are the cases that it accepts, the other seven
 * of the twelve it refuses.
 */
const VALID_SPECCHECK_CASES = [0, 1, 2, 3, 11]
const SPECCHECK_CASES = 12

export const speccheck: Suite = (text, { verifiers }) => {
  const tests = JsonShape.parse(text).array()
  if (tests.length !== SPECCHECK_CASES) throw new Error(`expected ${SPECCHECK_CASES} cases, got ${tests.length}`)
  return tests.flatMap((test, index) =>
    cases(verifiers, {
      name: `case ${index}`,
      publicKey: test.get('pub_key').text(),
      message: test.get('message').text(),
      signature: test.get('signature').text(),
      isValid: VALID_SPECCHECK_CASES.includes(index),
    }),
  )
}

interface SignatureCase {
  readonly name: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  readonly isValid: boolean
}

/** The same question to every backend: replicas that judge differently part for good. */
function cases(verifiers: Readonly<Record<string, Verifier>>, signatureCase: SignatureCase): Case[] {
  const { name, publicKey, message, signature, isValid } = signatureCase
  return Object.entries(verifiers).map(([backend, verifier]) => ({
    name,
    backend,
    check: async () => {
      const answer = await verifier.verify(hexToBytes(publicKey), hexToBytes(message), hexToBytes(signature))
      expectSame(answer, isValid, 'valid')
    },
  }))
}
