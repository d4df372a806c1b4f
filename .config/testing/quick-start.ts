/**
 * V8's options by which this process starts quickly, for those that it starts: they open a database and do little with
 * it. See QUICK_START of `.config/scripts/chromium.mjs`.
 */
export const QUICK_START = process.execArgv.filter((option) => option.startsWith('--no-wasm-'))
