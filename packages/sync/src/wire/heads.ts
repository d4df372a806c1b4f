import { invalidFrame } from '../invalid-frame.js'
import type { Head } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { MAX_LIST } from './limits.js'
import type { Member } from './members.js'

/** `[log id, sequence number, id, is forked]` each; log ids ascending, each once. */
export const heads: Member<readonly Head[]> = {
  write: (writer, values) => writer.list(values, (value) => writeHead(writer, value)),
  read(reader, path) {
    let before = -1n
    return reader.list(path, MAX_LIST, () => {
      const head = readHead(reader, path)
      if (head.logId <= before) throw invalidFrame(`${path}.logId`, `above ${before}`, `${head.logId}`)
      before = head.logId
      return head
    })
  },
}

export function writeHead(writer: FrameWriter, { logId, seqNum, id, isForked }: Head): void {
  writer.array(4)
  writer.u64(logId)
  writer.u64(seqNum)
  writer.id(id)
  writer.bool(isForked)
}

export function readHead(reader: FrameReader, path: string): Head {
  reader.tuple(path, 4)
  return {
    logId: reader.u64(`${path}.logId`),
    seqNum: reader.u64(`${path}.seqNum`, 1),
    id: reader.id(`${path}.id`),
    isForked: reader.bool(`${path}.isForked`),
  }
}
