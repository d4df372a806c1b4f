import { PGLITE_WASM_URL } from '@rakko/store/pglite'

let kept: Promise<WebAssembly.Module> | undefined

/**
 * Compiles PostgreSQL for this page, and keeps it. Chromium finds what is compiled in the page's process again: a worker
 * that asks for the same bytes has it at once. Else each of them would compile it anew.
 */
export async function keepCompiled(): Promise<void> {
  kept ??= WebAssembly.compileStreaming(fetch(PGLITE_WASM_URL.href))
  await kept
}
