/** One line of the output. */
export interface Figure {
  readonly name: string
  readonly value: number
  /** `ms` (lower is better), `per second` (higher is better) or `MB` (lower is better). */
  readonly unit: 'ms' | 'per second' | 'MB'
  /** The bare work of the same run, in the same unit; null where there is none. */
  readonly floor: number | null
}

/** Where more is better, the ratio is floor over value, so that a smaller ratio is always the better one. */
export function ratioOf({ value, unit, floor }: Figure): number | null {
  if (floor === null) return null
  return unit === 'per second' ? floor / value : value / floor
}

export function printFigure(figure: Figure): void {
  const { name, value, unit, floor } = figure
  const ratio = ratioOf(figure)
  console.log(
    JSON.stringify({
      name,
      value: rounded(value),
      unit,
      floor: floor && rounded(floor),
      ratio: ratio && rounded(ratio),
    }),
  )
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
