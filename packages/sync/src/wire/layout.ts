import type { Frame } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import type { Member } from './members.js'

/** How one type of frame is written behind its type number, and read again. */
export interface Layout {
  readonly number: number
  /** Items of the array, the type number among them. */
  readonly items: number
  write(writer: FrameWriter, frame: Frame): void
  read(reader: FrameReader): Frame
}

/** The members of a type of frame, in their order on the wire. */
type Members<OneFrame extends Frame> = {
  readonly [Name in Exclude<keyof OneFrame, 'type'>]: Member<OneFrame[Name]>
}

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>

/** The layout of a type of frame, from its members. */
export function layout<Type extends Frame['type']>(
  type: Type,
  number: number,
  members: Members<FrameOf<Type>>,
): Layout {
  const entries = Object.entries(members) as [string, Member<unknown>][]
  return {
    number,
    items: entries.reduce((sum, [, { items = 1 }]) => sum + items, 1),
    write(writer, frame) {
      const values = frame as unknown as Readonly<Record<string, unknown>>
      for (const [name, member] of entries) member.write(writer, values[name])
    },
    read(reader) {
      const frame: Record<string, unknown> = { type }
      for (const [name, member] of entries) frame[name] = member.read(reader, `${type}.${name}`)
      return frame as unknown as Frame
    },
  }
}

/** The layouts of some types of frames. */
export type Layouts<Type extends Frame['type'] = Frame['type']> = { readonly [Name in Type]: Layout }
