/** What one figure measured. */
export interface Measurement {
  readonly value: number
  /** `ms`, `MB` and `bytes`: lower is better; `per second`: higher is better. */
  readonly unit: 'ms' | 'per second' | 'MB' | 'bytes'
  /** The bare work of the same run, in the same unit; null where there is none. */
  readonly floor: number | null
  /** What else was measured, the floor's before the value's; names end with their unit. */
  readonly details?: Readonly<Record<string, readonly number[]>>
}

/** Where more is better, the ratio is floor over value, so that a smaller ratio is always the better one. */
export function ratioOf({ value, unit, floor }: Measurement): number | null {
  if (floor === null) return null
  return unit === 'per second' ? floor / value : value / floor
}

/** One line of the output: JSON, numbers with four digits. */
export function figureLine(name: string, measurement: Measurement): string {
  const { value, unit, floor, details = {} } = measurement
  return JSON.stringify({
    name,
    value: rounded(value),
    unit,
    floor: floor === null ? null : rounded(floor),
    ratio: rounded(ratioOf(measurement)),
    ...Object.fromEntries(
      Object.entries(details).map(([name, numbers]) => [name, numbers.map((each) => rounded(each))]),
    ),
  })
}

function rounded(value: number): number
function rounded(value: number | null): number | null
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}
