/**
 * PostgreSQL's `global/pg_control`, as version 18 writes it (little endian):
 *
 * | offset | bytes | content                                             |
 * | ------ | ----- | --------------------------------------------------- |
 * | 8      | 4     | version of this layout: 1800                         |
 * | 40     | 8     | log position from which recovery would begin         |
 * | 48     | 4     | timeline                                             |
 * | 228    | 4     | bytes per log segment                                |
 * | 292    | 4     | CRC-32C of all before it                             |
 */
export const CONTROL_FILE = 'global/pg_control'

const CONTROL_BYTES = 8192
const CONTROL_VERSION = 1800
const CONTROL_CRC_OFFSET = 292

export interface ControlFile {
  readonly segmentBytes: number
  /** Name in pg_wal of the segment that recovery begins in. */
  readonly segment: string
}

/** Returns what is wrong, as a phrase, where the file is damaged. */
export function readControlFile(bytes: Uint8Array): ControlFile | string {
  if (bytes.length !== CONTROL_BYTES) return `has ${bytes.length} bytes instead of ${CONTROL_BYTES}`
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (crc32c(bytes.subarray(0, CONTROL_CRC_OFFSET)) !== view.getUint32(CONTROL_CRC_OFFSET, true)) {
    return 'does not match its checksum'
  }
  const version = view.getUint32(8, true)
  if (version !== CONTROL_VERSION) return `has version ${version} instead of ${CONTROL_VERSION}`
  const segmentBytes = view.getUint32(228, true)
  const number = view.getBigUint64(40, true) / BigInt(segmentBytes)
  const perFile = 0x1_0000_0000n / BigInt(segmentBytes)
  const segment = [BigInt(view.getUint32(48, true)), number / perFile, number % perFile]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('')
  return { segmentBytes, segment }
}

const RELATION_MAP_BYTES = 524

/** `pg_filenode.map` says which files hold the catalog itself. It ends in a CRC-32C of all before it. */
export function checkRelationMap(bytes: Uint8Array): string | undefined {
  if (bytes.length !== RELATION_MAP_BYTES) return `has ${bytes.length} bytes instead of ${RELATION_MAP_BYTES}`
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const crcOffset = RELATION_MAP_BYTES - 4
  if (crc32c(bytes.subarray(0, crcOffset)) === view.getUint32(crcOffset, true)) return undefined
  return 'does not match its checksum'
}

/** Castagnoli's polynomial, reflected. */
const CRC_POLYNOMIAL = 0x82f6_3b78
/** What eight steps of the division make of each byte. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1
  return crc
})

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number)
  return (crc ^ 0xffff_ffff) >>> 0
}
