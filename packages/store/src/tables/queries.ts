import type { Driver } from '../driver/driver.js'
import type { Names } from './names.js'

/** Where statements run, and what the tables there are called: a database, or a transaction on it. */
export interface Queries extends Pick<Driver, 'query'> {
  readonly names: Names
}
