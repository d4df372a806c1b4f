import { setBlake3 } from '@rakko/core'
import { createBLAKE3 } from 'hash-wasm'

/**
 * Hashes with WebAssembly from now on, much faster than the portable way, if the platform has it and its results
 * agree. Returns whether it does.
 */
export async function useFastBlake3(): Promise<boolean> {
  try {
    const hasher = await createBLAKE3()
    return setBlake3((data) => hasher.init().update(data).digest('binary'))
  } catch {
    return false
  }
}
