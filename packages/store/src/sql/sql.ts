/** What a driver binds. See the table in driver/driver.ts. */
export type SqlParameter = boolean | number | bigint | string | Uint8Array | null | readonly SqlParameter[]

/**
 * A piece of SQL and the values in it: a whole statement, or a fragment of one. It never changes. It is flat: `texts`
 * are what stands before, between and behind the parameters, so there is one text more than there are parameters.
 */
export class Sql {
  readonly texts: readonly string[]
  readonly parameters: readonly SqlParameter[]
  #text: string | undefined

  constructor(texts: readonly string[], parameters: readonly SqlParameter[]) {
    if (texts.length !== parameters.length + 1) {
      throw new Error(`${texts.length} texts of SQL do not stand around ${parameters.length} parameters`)
    }
    this.texts = texts
    this.parameters = parameters
  }

  /** As PostgreSQL reads it: `$1`, `$2`… stand for the parameters in their order. Written once. */
  get text(): string {
    this.#text ??= this.texts.reduce((text, next, index) => `${text}$${index}${next}`)
    return this.#text
  }

  /** The same text with other values. A text that many statements share is put together once. */
  with(parameters: readonly SqlParameter[]): Sql {
    return new Sql(this.texts, parameters)
  }
}

/** Puts pieces one behind the other. */
class Pieces {
  readonly #texts = ['']
  readonly #parameters: SqlParameter[] = []

  addText(text: string): void {
    this.#texts[this.#texts.length - 1] += text
  }

  add(value: Sql | SqlParameter): void {
    if (!(value instanceof Sql)) {
      this.#parameters.push(value)
      this.#texts.push('')
      return
    }
    const { texts, parameters } = value
    this.addText(texts[0] as string)
    for (let index = 0; index < parameters.length; index += 1) {
      this.#parameters.push(parameters[index] as SqlParameter)
      this.#texts.push(texts[index + 1] as string)
    }
  }

  get sql(): Sql {
    return new Sql(this.#texts, this.#parameters)
  }
}

/**
 * The one way in which SQL is written here: sql`SELECT … ${value} … ${fragment}`. A fragment becomes part of the text.
 * Every other value becomes a parameter, a string too. So nothing from outside gets into a text by accident.
 */
function tag(texts: TemplateStringsArray, ...values: readonly (Sql | SqlParameter)[]): Sql {
  const pieces = new Pieces()
  pieces.addText(texts[0] as string)
  for (let index = 0; index < values.length; index += 1) {
    pieces.add(values[index] as Sql | SqlParameter)
    pieces.addText(texts[index + 1] as string)
  }
  return pieces.sql
}

/**
 * Text as it stands: only for what this code has made itself. Values go through the tag, and names through `id` or
 * `quoted`.
 */
function raw(text: string): Sql {
  return new Sql([text], [])
}

/** A name that this code has generated, as `f0`: it needs no quotes. Throws where it would. */
function id(generated: string): Sql {
  if (!GENERATED.test(generated)) throw new Error(`${generated} is no generated name`)
  return raw(generated)
}

const GENERATED = /^[a-z][a-z0-9_]*$/

/** A whole number in the text: where no parameter can stand, as in a definition, and for what never changes. */
function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number`)
  return raw(String(value))
}

/** Any other name, in quotes. */
function quoted(name: string): Sql {
  return raw(`"${name.replaceAll('"', '""')}"`)
}

/** Fragments one behind the other. None of them make an empty one. */
function join(fragments: readonly Sql[], separator = ', '): Sql {
  const pieces = new Pieces()
  for (const [index, fragment] of fragments.entries()) {
    if (index > 0) pieces.addText(separator)
    pieces.add(fragment)
  }
  return pieces.sql
}

export const sql = Object.assign(tag, { raw, id, quoted, integer, join, empty: raw('') })
