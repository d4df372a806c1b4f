import { RakkoError } from '@rakko/core'
import {
  emptyModule,
  environmentFailed,
  PGLITE_DATA_URL,
  PGLITE_WASM_URL,
  type PgliteAssets,
  PREPARED_ARCHIVE_URL,
  type PreparedFile,
  readPreparedFiles,
  wordsOf,
} from '@rakko/store/pglite'

/** What a gzip file begins with. A server that decompresses on the way sends what is inside. */
const GZIP_MAGIC = [0x1f, 0x8b] as const
const WASM_MAGIC = 0x0061_736d

const WHAT_TO_ASK = 'does it serve the files of the build?'

/** @throws {RakkoError} STORAGE_UNAVAILABLE naming the address; ENVIRONMENT_FAILED: no WebAssembly, no memory */
export async function loadPgliteAssets(): Promise<PgliteAssets> {
  emptyModule()
  const [wasm, data] = await Promise.all([compile(PGLITE_WASM_URL.href), fetchAsset(PGLITE_DATA_URL.href)])
  return { wasm, data: await data.blob() }
}

/** @throws {RakkoError} STORAGE_UNAVAILABLE naming the address, or that the archive is damaged */
export async function loadPreparedFiles(): Promise<readonly PreparedFile[]> {
  const response = await fetchAsset(PREPARED_ARCHIVE_URL.href)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) return readPreparedFiles(bytes)
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  try {
    return readPreparedFiles(new Uint8Array(await new Response(unpacked).arrayBuffer()))
  } catch (error) {
    if (error instanceof RakkoError) throw error
    throw unavailable(response.url, 'it is not what gzip made', error)
  }
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetchAsset(url)
  // Streaming refuses another type, and without it a module compiles just as well.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response).catch((error: unknown) => uncompiled(url, error))
  }
  const bytes = await response.arrayBuffer()
  if (bytes.byteLength < 4 || new DataView(bytes).getUint32(0) !== WASM_MAGIC) {
    throw unavailable(url, `it is no WebAssembly module but ${response.headers.get('content-type') ?? 'of no type'}`)
  }
  return WebAssembly.compile(bytes).catch((error: unknown) => uncompiled(url, error))
}

/** A module of another kind, a response that broke off, or no memory to compile it in. */
function uncompiled(url: string, error: unknown): never {
  if (error instanceof WebAssembly.CompileError) throw unavailable(url, 'it is no WebAssembly module', error)
  if (error instanceof TypeError) throw unavailable(url, 'it cannot be fetched', error)
  throw environmentFailed(wordsOf(error), error)
}

/** A server that sends its page for every address sends HTML. It is said here, before PGlite would wait for ever. */
async function fetchAsset(url: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (error) {
    throw unavailable(url, 'it cannot be fetched', error)
  }
  if (response.status === 404) throw unavailable(url, `the server replied 404; ${WHAT_TO_ASK}`)
  if (!response.ok) throw unavailable(url, `the server replied ${response.status}`)
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/html')) {
    throw unavailable(url, `the server sent an HTML page; ${WHAT_TO_ASK}`)
  }
  return response
}

function unavailable(url: string, reason: string, cause?: unknown): RakkoError {
  return new RakkoError('STORAGE_UNAVAILABLE', `${url} cannot be loaded: ${reason}`, { url, got: reason }, { cause })
}
