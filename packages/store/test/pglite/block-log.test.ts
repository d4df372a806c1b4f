import { describe, expect, it } from 'vitest'
import { BlockLog, type Change } from '../../src/pglite/files/block-log.js'
import { MemoryDevice } from '../../src/pglite/files/memory-device.js'

const file = (path: string): Change => ['file', path, 0o100600, 0, []]

class FailingDevice extends MemoryDevice {
  failing: 'flush' | 'truncate' | 'write' | 'write and truncate' | 'write, then truncate' | undefined

  /** It has written everything when it fails. */
  override write(bytes: Uint8Array, options: { at: number }): number {
    const written = super.write(bytes, options)
    if (!this.failing?.startsWith('write')) return written
    // Emptied before it is written, and not to be emptied after.
    if (this.failing === 'write, then truncate') this.failing = 'write and truncate'
    throw new Error('the write failed')
  }

  override flush(): void {
    if (this.failing === 'flush') throw new Error('the flush failed')
  }

  override truncate(bytes: number): void {
    if (this.failing === 'truncate' || this.failing === 'write and truncate') throw new Error('the truncation failed')
    super.truncate(bytes)
  }
}

describe('a log whose new snapshot was written whole', () => {
  it.each([
    ['it cannot be flushed', 1, 'flush'],
    ['the old one cannot be cut', 0, 'truncate'],
  ] as const)('keeps what is appended after it although %s', (_, which, failing) => {
    const devices = [new FailingDevice(), new FailingDevice()] as const
    const log = new BlockLog(devices)
    log.rewrite([file('a')])
    devices[which].failing = failing
    expect(() => log.rewrite([file('a')])).toThrow('failed')
    devices[which].failing = undefined
    log.append([file('b')])
    expect(new BlockLog(devices).read()).toEqual([file('a'), file('b')])
  })
})

describe('a log whose device fails when it has written everything', () => {
  const read = (devices: readonly [MemoryDevice, MemoryDevice]) => new BlockLog(devices).read()

  it.each(['write', 'write and truncate'] as const)('(%s) holds no change that was refused', (failing) => {
    const devices = [new FailingDevice(), new FailingDevice()] as const
    const log = new BlockLog(devices)
    log.rewrite([file('a')])
    devices[0].failing = failing
    expect(() => log.append([file('refused')])).toThrow('the write failed')
    expect(log.isExact).toBe(failing === 'write')
    devices[0].failing = undefined
    log.append([file('b')])
    expect(log.isExact).toBe(true)
    expect(read(devices)).toEqual([file('a'), file('b')])
  })

  it('goes on with the snapshot in use where the new one was refused', () => {
    const devices = [new FailingDevice(), new FailingDevice()] as const
    const log = new BlockLog(devices)
    log.rewrite([file('a')])
    devices[1].failing = 'write'
    expect(() => log.rewrite([file('a')])).toThrow('the write failed')
    log.append([file('b')])
    expect(read(devices)).toEqual([file('a'), file('b')])
  })

  it('takes nothing more until a refused snapshot is cut', () => {
    const devices = [new FailingDevice(), new FailingDevice()] as const
    const log = new BlockLog(devices)
    log.rewrite([file('a')])
    devices[1].failing = 'write, then truncate'
    expect(() => log.rewrite([file('a')])).toThrow('the write failed')
    expect(() => log.append([file('b')])).toThrow('the truncation failed')
    devices[1].failing = undefined
    log.append([file('b')])
    expect(read(devices)).toEqual([file('a'), file('b')])
  })
})
