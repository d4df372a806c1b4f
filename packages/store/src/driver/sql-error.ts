/** PostgreSQL's own error for a statement that it refused. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** Five characters, e.g. `23505` for a unique violation. */
  readonly sqlState: string
  readonly detail: string | undefined
  readonly constraint: string | undefined

  constructor(fields: {
    message: string
    sqlState: string
    detail?: string | undefined
    constraint?: string | undefined
  }) {
    super(fields.message)
    this.sqlState = fields.sqlState
    this.detail = fields.detail
    this.constraint = fields.constraint
  }
}
