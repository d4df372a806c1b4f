/**
 * How deep PostgreSQL's trees of a statement can be, at most: levels of brackets, CASEs, SELECTs and CTEs within each
 * other, and operators that follow one another without a comma, AND or OR. Names and values are no levels.
 */
export function depthOf(text: string): number {
  const levels = new Levels()
  for (const token of tokensOf(text)) levels.add(token)
  return levels.deepest
}

/**
 * Texts in quotes are one token each. What has no end reaches to the end of the statement: PostgreSQL refuses that
 * before it looks at anything else.
 */
const TOKEN = new RegExp(
  [
    /--[^\n\r]*/,
    /\/\*/,
    /\be'(?:[^'\\]|\\[\s\S])*(?:'|$)/,
    /'[^']*(?:'|$)/,
    /"[^"]*(?:"|$)/,
    /\$((?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\1\$|$)/,
    /[\w$\u0080-\uffff]+/,
    /\|\||&&|::|[<>!]=|<>|->>?|#>>?|@>|<@/,
    /\S/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
)
/** What begins or ends a comment. They lie within each other. */
const COMMENT = /\/\*|\*\//g

function* tokensOf(text: string): Generator<string> {
  const pattern = new RegExp(TOKEN)
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [token] = match
    if (token === '/*') pattern.lastIndex = commentEnd(text, pattern.lastIndex)
    else if (!token.startsWith('--')) yield token.toUpperCase()
  }
}

function commentEnd(text: string, start: number): number {
  const pattern = new RegExp(COMMENT)
  pattern.lastIndex = start
  for (let open = 1; open > 0; ) {
    const match = pattern.exec(text)
    if (!match) return text.length
    open += match[0] === '/*' ? 1 : -1
  }
  return pattern.lastIndex
}

/** Words that are operators, or stand within one, and may follow one another. Signs are operators too. */
const OPERATORS = new Set(
  ['NOT', 'IS', 'ISNULL', 'NOTNULL', 'LIKE', 'ILIKE', 'SIMILAR', 'BETWEEN', 'IN', 'OVERLAPS', 'DISTINCT'].concat([
    'COLLATE',
    'AT',
    'OPERATOR',
    'ANY',
    'ALL',
    'SOME',
    'ESCAPE',
    'UESCAPE',
  ]),
)
/** Each makes a tree of all that comes before it in its brackets, whatever commas there are. */
const CHAINS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'JOIN'])
const IN_CASE = new Set(['WHEN', 'THEN', 'ELSE'])
const SIGNS = /^[^\w$"'.;\u0080-\uffff]+$/
const WORD = /^[A-Z]/

/** What stands between two brackets, or between CASE and END. */
interface Level {
  readonly isCase: boolean
  /** How deep it is before its first operator, and again after each comma. */
  base: number
  /** Those BETWEENs whose AND is still to come: that one separates nothing. */
  betweens: number
  hasSelect: boolean
}

class Levels {
  deepest = 0
  readonly #outer: { readonly level: Level; readonly depth: number }[] = []
  #level: Level = { isCase: false, base: 0, betweens: 0, hasSelect: false }
  #depth = 0
  #last = ''

  add(token: string): void {
    this.#take(token)
    this.#last = token
    this.deepest = Math.max(this.deepest, this.#depth)
  }

  #take(token: string): void {
    const level = this.#level
    // A word after these is a name, also where it is one of PostgreSQL's own.
    if ((this.#last === '.' || this.#last === 'AS') && WORD.test(token)) return
    if (token === '(' && (this.#last === 'AS' || this.#last === 'MATERIALIZED')) this.#raise(2)
    if (token === '(' || token === '[') this.#open(false)
    else if (token === ')' || token === ']') this.#close()
    else if (token === 'CASE') this.#open(true)
    else if (token === 'END') this.#end()
    else if (CHAINS.has(token)) this.#raise(1)
    else if (token === 'SELECT') this.#select()
    else if (token === 'AND' && level.betweens > 0) {
      level.betweens -= 1
      this.#depth += 1
    } else if (token === ',' || token === 'AND' || token === 'OR' || (level.isCase && IN_CASE.has(token))) {
      this.#depth = level.base
    } else if (OPERATORS.has(token) || SIGNS.test(token)) {
      if (token === 'BETWEEN') level.betweens += 1
      this.#depth += 1
    }
  }

  #open(isCase: boolean): void {
    this.#outer.push({ level: this.#level, depth: this.#depth })
    // A CASE is two levels of a stack.
    this.#depth += isCase ? 2 : 1
    this.#level = { isCase, base: this.#depth, betweens: 0, hasSelect: false }
  }

  #close(): void {
    const outer = this.#outer.pop()
    if (!outer) return
    this.#level = outer.level
    this.#depth = outer.depth
  }

  #end(): void {
    if (this.#level.isCase) this.#close()
  }

  #select(): void {
    if (!this.#level.hasSelect) this.#raise(1)
    this.#level.hasSelect = true
  }

  /** From here on everything of the level is so much deeper. */
  #raise(levels: number): void {
    this.#level.base += levels
    this.#depth = this.#level.base
  }
}
