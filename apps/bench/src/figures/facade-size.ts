import type { Measurement } from '../figure.js'

interface PageSizeScript {
  measurePage(): Promise<{ readonly bytes: number }>
}

/**
 * The repository's own script, which `npm run verify` holds to its limit; it is four folders up from where this is
 * emitted.
 */
const PAGE_SIZE_SCRIPT = new URL('../../../../.config/scripts/page-size.mjs', import.meta.url).href

/** JavaScript that a page loads to open a node, its worker's left out: bytes after gzip. */
export async function facadeSize(): Promise<Measurement> {
  const { measurePage }: PageSizeScript = await import(PAGE_SIZE_SCRIPT)
  const { bytes } = await measurePage()
  return { value: bytes, unit: 'bytes', floor: null }
}
