/** Reads members of foreign JSON; throws with their path where they are not what was asked for. */
export class JsonShape {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '$') {
    this.value = value
    this.path = path
  }

  static parse(text: string): JsonShape {
    return new JsonShape(JSON.parse(text))
  }

  get(key: string): JsonShape {
    const member = this.optional(key)
    if (member === undefined) throw this.wrong(`a member '${key}'`)
    return member
  }

  optional(key: string): JsonShape | undefined {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('an object')
    return key in value ? new JsonShape(value[key as keyof typeof value], `${this.path}.${key}`) : undefined
  }

  keys(): string[] {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('an object')
    return Object.keys(value)
  }

  /** Not empty: a suite without cases would pass in silence. */
  array(): JsonShape[] {
    if (!Array.isArray(this.value) || this.value.length === 0) throw this.wrong('an array with elements')
    return this.value.map((element, index) => new JsonShape(element, `${this.path}[${index}]`))
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('text')
    return this.value
  }

  texts(): string[] {
    return this.array().map((element) => element.text())
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.wrong('a number')
    return this.value
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false')
    return this.value
  }

  wrong(expected: string): Error {
    return new Error(`${this.path} should be ${expected}`)
  }
}
