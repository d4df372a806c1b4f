/** The colours a venue can have, in the order of the number that is stored; each is a custom property in the styles. */
export const VENUE_COLOURS = ['Coral', 'Marigold', 'Kelp', 'Lagoon', 'Violet', 'Rose'] as const

/** Any stored number gives a colour: other apps may write what this one never would. */
export function venueColour(stored: number | bigint): number {
  const count = VENUE_COLOURS.length
  const index = Number(BigInt(stored) % BigInt(count))
  return index < 0 ? index + count : index
}
