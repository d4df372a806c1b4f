import { FrameWriter } from '../wire/frame-writer.js'
import type { ReferenceMessage } from './message.js'
import { schemaIdSet } from './schema-id-set.js'

const writer = new FrameWriter()

/** The bytes of a message, its own to keep. Sets of schema ids are brought into their order. */
export function encodeReferenceMessage(message: ReferenceMessage): Uint8Array {
  writer.reset()
  switch (message.type) {
    case 'announce':
      writer.array(4)
      writer.number(0)
      writer.number(message.version)
      writer.number(message.timestamp)
      writer.list(schemaIdSet(message.schemaIds), (schemaId) => writer.text(schemaId))
      break
    case 'sync-request':
      writer.array(4)
      writer.number(1)
      writer.u64(message.session)
      writer.number(message.mode)
      writer.list(schemaIdSet(message.schemaIds), (schemaId) => writer.text(schemaId))
      break
    case 'entry':
      writer.array(4)
      writer.number(2)
      writer.u64(message.session)
      writer.bytes(message.entry)
      writer.bytes(message.operation)
      break
    case 'sync-done':
      writer.array(3)
      writer.number(3)
      writer.u64(message.session)
      writer.bool(message.liveMode)
      break
    case 'have':
      writer.array(3)
      writer.number(10)
      writer.u64(message.session)
      writer.list(message.authors, ({ publicKey, logs }) => {
        writer.array(2)
        writer.hex(publicKey)
        writer.list(logs, ({ logId, seqNum }) => {
          writer.array(2)
          writer.u64(logId)
          writer.u64(seqNum)
        })
      })
  }
  return writer.finish()
}
