import type { Head } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { invalidFrame } from './invalid-frame.js'
import { MAX_LIST } from './limits.js'

/** `[log id, sequence number, id, is forked]`. */
export function writeHead(writer: FrameWriter, { logId, seqNum, id, isForked }: Head): void {
  writer.array(4)
  writer.u64(logId)
  writer.u64(seqNum)
  writer.id(id)
  writer.bool(isForked)
}

/** Log ids ascending, each once. */
export function readHeads(reader: FrameReader, field: string): Head[] {
  let before = -1n
  return reader.list(field, MAX_LIST, () => {
    reader.tuple(field, 4)
    const logId = reader.u64(`${field}.logId`)
    if (logId <= before) throw invalidFrame(`${field}.logId`, `above ${before}`, `${logId}`)
    before = logId
    return {
      logId,
      seqNum: reader.u64(`${field}.seqNum`, 1n),
      id: reader.id(`${field}.id`),
      isForked: reader.bool(`${field}.isForked`),
    }
  })
}
