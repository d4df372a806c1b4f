import { FrameCodec } from './frame-codec.js'
import { HEADS_LAYOUTS } from './heads-layouts.js'
import type { Layouts } from './layout.js'
import { LAYOUTS } from './layouts.js'

const ALL: Layouts = { ...LAYOUTS, ...HEADS_LAYOUTS }

/** Of all frames. */
export const fullCodec = new FrameCodec(ALL)
