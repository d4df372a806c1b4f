const BLOCK_BYTES = 512

/**
 * A tar archive (ustar) of nothing but names and bytes: no times, no owners, so that equal files give equal archives.
 * @param {{ path: string, bytes?: Uint8Array }[]} files directories have no bytes
 * @returns {Buffer}
 */
export function writeTar(files) {
  const blocks = []
  for (const { path, bytes } of files) {
    blocks.push(header(bytes ? path : `${path}/`, bytes))
    if (!bytes) continue
    blocks.push(bytes, Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES))
  }
  blocks.push(Buffer.alloc(2 * BLOCK_BYTES))
  return Buffer.concat(blocks)
}

/** @param {string} name @param {Uint8Array | undefined} bytes */
function header(name, bytes) {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a tar header`)
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(name, 0)
  block.write(bytes ? '0000600\0' : '0000700\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${(bytes?.length ?? 0).toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(bytes ? '0' : '5', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
