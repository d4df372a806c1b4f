/**
 * binary16 of IEEE 754: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. Exponent 0 holds ±0 and the subnormals,
 * which are multiples of 2^−24. Exponent 31 holds infinity and NaN.
 */

const SMALLEST_SUBNORMAL = 2 ** -24

/** Value of the 16 bits. */
export function float16ToNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  let magnitude: number
  if (exponent === 0) magnitude = fraction * SMALLEST_SUBNORMAL
  else if (exponent < 31) magnitude = (1024 + fraction) * 2 ** (exponent - 25)
  else magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  return bits & 0x8000 ? -magnitude : magnitude
}

/**
 * The 16 bits for exactly `value`, a binary32 given by its 32 bits; `undefined` where there are none. NaN has one form.
 */
export function float16OfFloat32(float32: number): number | undefined {
  const sign = (float32 >>> 16) & 0x8000
  const exponent = ((float32 >>> 23) & 0xff) - 127
  const fraction = float32 & 0x7f_ffff
  if (exponent === 128) return fraction === 0 ? sign | 0x7c00 : 0x7e00
  if (exponent > 15) return undefined
  if (exponent >= -14) {
    return (fraction & 0x1fff) === 0 ? sign | ((exponent + 15) << 10) | (fraction >> 13) : undefined
  }
  if (exponent === -127 && fraction === 0) return sign
  // A subnormal here: the fraction with its leading one has to be a multiple of 2^−24.
  const shift = -1 - exponent
  if (shift > 23) return undefined
  const significand = 0x80_0000 | fraction
  return (significand & ((1 << shift) - 1)) === 0 ? sign | (significand >> shift) : undefined
}
