import { closeSync, openSync, readSync, statSync, truncateSync, unlinkSync, writeSync } from 'node:fs'

export const PAGE_BYTES = 8192

export const DAMAGES = ['zero', 'flip', 'cut', 'remove'] as const
export type DamageKind = (typeof DAMAGES)[number]

/** What a failing device may do to one page of a file, to its end from there on, or to the file. */
export function damageFile(path: string, kind: DamageKind, page = 0): void {
  const start = page * PAGE_BYTES
  if (kind === 'remove') unlinkSync(path)
  else if (kind === 'cut') truncateSync(path, start)
  else changePage(path, kind, start)
}

function changePage(path: string, kind: DamageKind, start: number): void {
  const bytes = new Uint8Array(Math.min(PAGE_BYTES, statSync(path).size - start))
  const file = openSync(path, 'r+')
  if (kind === 'flip') {
    readSync(file, bytes, 0, bytes.length, start)
    const middle = bytes.length >> 1
    bytes[middle] = (bytes[middle] ?? 0) ^ 4
  }
  writeSync(file, bytes, 0, bytes.length, start)
  closeSync(file)
}
