import type { VerifyReport } from '@rakko/node/rpc'
import { checkOptions, invalidArgument } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import type { Connection } from '../calls/connection.js'

/** A deadline is that of each slice. */
export interface VerifyOptions extends CallOptions {
  /** Told after each slice. */
  readonly onProgress?: ((report: VerifyReport) => void) | undefined
}

/** Asks for one slice after the other, so that other calls come between them. */
export async function verify(connection: Connection, options?: VerifyOptions): Promise<VerifyReport> {
  const { onProgress, ...call } = checkOptions(options)
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalidArgument('onProgress', 'a function', onProgress)
  }
  for (;;) {
    const report = await connection.request('verify', {}, call)
    onProgress?.(report)
    if (report.isDone) return report
  }
}
