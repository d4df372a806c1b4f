export type { Timers } from '../timers.js'
