import { fuzz } from '../../../.config/testing/fuzz.js'
import { DECODERS } from './support/fuzz.js'

fuzz(DECODERS, { share: 0.95, corpus: new URL('./corpus/', import.meta.url) })
