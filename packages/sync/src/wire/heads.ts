import type { Head } from './frame.js'
import { invalidFrame } from './invalid-frame.js'
import { MAX_LIST } from './limits.js'
import type { Member } from './members.js'

/** `[log id, sequence number, id, is forked]` each; log ids ascending, each once. */
export const heads: Member<readonly Head[]> = {
  write(writer, values) {
    writer.list(values, ({ logId, seqNum, id, isForked }) => {
      writer.array(4)
      writer.u64(logId)
      writer.u64(seqNum)
      writer.id(id)
      writer.bool(isForked)
    })
  },
  read(reader, path) {
    let before = -1n
    return reader.list(path, MAX_LIST, () => {
      reader.tuple(path, 4)
      const logId = reader.u64(`${path}.logId`)
      if (logId <= before) throw invalidFrame(`${path}.logId`, `above ${before}`, `${logId}`)
      before = logId
      return {
        logId,
        seqNum: reader.u64(`${path}.seqNum`, 1n),
        id: reader.id(`${path}.id`),
        isForked: reader.bool(`${path}.isForked`),
      }
    })
  },
}
