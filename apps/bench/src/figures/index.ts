import type { Figure } from '../figure.js'
import { coreRoundtrip } from './core-roundtrip.js'

/** Every figure, by the name that runs it; a run may print companions of its figure as well. */
export const FIGURES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  'core-roundtrip': coreRoundtrip,
}
