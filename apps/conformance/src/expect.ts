/** Throws unless both are the same; compared as JSON with bigints and bytes spelled out, so that whole trees can be. */
export function expectSame(got: unknown, expected: unknown, what: string): void {
  const [gotText, expectedText] = [spell(got), spell(expected)]
  if (gotText !== expectedText) throw new Error(`${what}: expected ${expectedText}, got ${gotText}`)
}

/** Throws unless `act` throws. */
export function expectRefused(act: () => unknown, what: string): void {
  let result: unknown
  try {
    result = act()
  } catch {
    return
  }
  throw new Error(`${what}: expected an error, got ${spell(result)}`)
}

function spell(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner) => {
      if (typeof inner === 'bigint') return `bigint ${inner}`
      if (inner instanceof Uint8Array) return `bytes ${Array.from(inner).join(' ')}`
      if (inner instanceof Map) return [...inner]
      // JSON knows neither of these, nor a zero's sign.
      if (typeof inner === 'number' && (!Number.isFinite(inner) || Object.is(inner, -0))) {
        return `number ${Object.is(inner, -0) ? '-0' : inner}`
      }
      return inner
    }) ?? 'undefined'
  )
}
