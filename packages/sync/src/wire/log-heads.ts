import type { PublicKey } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import type { LogHead, LogName } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { readHead, writeHead } from './heads.js'
import { MAX_LIST } from './limits.js'
import { type Member, publicKey } from './members.js'

/** Of logs in their order: by public key, then by log id. `[public key, [head…]]` each. */
export const logHeads: Member<readonly LogHead[]> = byAuthor(
  (writer, value) => writeHead(writer, value),
  (reader, path) => readHead(reader, path),
)

/** `[public key, [log id…]]` each, in the same order. */
export const logNames: Member<readonly LogName[]> = byAuthor(
  (writer, { logId }) => writer.u64(logId),
  (reader, path) => ({ logId: reader.u64(`${path}.logId`) }),
)

/** `[public key, log id]`, or null. */
export const logName: Member<LogName | undefined> = {
  write(writer, value) {
    if (value === undefined) return writer.null()
    writer.array(2)
    publicKey.write(writer, value.publicKey)
    writer.u64(value.logId)
  },
  read(reader, path) {
    if (reader.takeNull()) return undefined
    reader.tuple(path, 2)
    return { publicKey: publicKey.read(reader, `${path}.publicKey`), logId: reader.u64(`${path}.logId`) }
  },
}

/** In the order of their bytes. */
export function compareLogNames(a: LogName, b: LogName): number {
  if (a.publicKey !== b.publicKey) return a.publicKey < b.publicKey ? -1 : 1
  if (a.logId === b.logId) return 0
  return a.logId < b.logId ? -1 : 1
}

/** Ascending; an author is there once, and with something. */
function byAuthor<Value extends { readonly logId: bigint }>(
  write: (writer: FrameWriter, value: Value & LogName) => void,
  read: (reader: FrameReader, path: string) => Value,
): Member<readonly (Value & LogName)[]> {
  return {
    write(writer, values) {
      const authors = new Map<PublicKey, (Value & LogName)[]>()
      for (const value of values) {
        const logs = authors.get(value.publicKey)
        if (logs === undefined) authors.set(value.publicKey, [value])
        else logs.push(value)
      }
      writer.list([...authors], ([author, logs]) => {
        writer.array(2)
        publicKey.write(writer, author)
        writer.list(logs, (log) => write(writer, log))
      })
    },
    read(reader, path) {
      const all: (Value & LogName)[] = []
      reader.list(path, MAX_LIST, () => {
        reader.tuple(path, 2)
        const author = publicKey.read(reader, `${path}.publicKey`)
        const before = all.length
        reader.list(path, MAX_LIST - before, () => {
          const log = { ...read(reader, path), publicKey: author }
          const last = all.at(-1)
          if (last !== undefined && compareLogNames(last, log) >= 0) {
            throw invalidFrame(path, 'logs in their order, each once', `${log.logId} below the one before, or equal`)
          }
          all.push(log)
        })
        if (all.length === before) throw invalidFrame(path, 'a log of each author', 'none')
      })
      return all
    },
  }
}
