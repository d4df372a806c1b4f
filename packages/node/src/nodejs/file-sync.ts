import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { FileSync } from '@rakko/store/pglite'

export const fileSync: FileSync = {
  file: (descriptor) => fdatasyncSync(descriptor),
  directory: syncDirectory,
}

/** Windows cannot open a directory for this, and needs it not. */
export function syncDirectory(path: string): void {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A new file, on the device when this returns; its name is there once its directory was synced. */
export function writeSynced(path: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
