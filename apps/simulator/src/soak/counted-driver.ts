import type { Driver } from '@rakko/store'
import type { Calls } from '../store/slow-store.js'

/** A database whose calls are counted, so that no time passes while one is under way. */
export function countedDriver(driver: Driver, calls: Calls): Driver {
  const { maintenance } = driver
  return {
    query: (...args) => calls.count(() => driver.query(...args)),
    exec: (sql) => calls.count(() => driver.exec(sql)),
    transaction: (run) => calls.count(() => driver.transaction(run)),
    flush: () => calls.count(() => driver.flush()),
    ...(maintenance && {
      maintenance: {
        logBytes: () => calls.count(() => maintenance.logBytes()),
        checkpoint: () => calls.count(() => maintenance.checkpoint()),
      },
    }),
    close: () => driver.close(),
  }
}
