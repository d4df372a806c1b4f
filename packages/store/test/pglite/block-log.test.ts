import { describe, expect, it } from 'vitest'
import { BlockLog, type Change } from '../../src/pglite/block-log.js'
import { MemoryDevice } from '../../src/pglite/memory-device.js'

const file = (path: string): Change => ['file', path, 0o100600, 0, []]

class FailingDevice extends MemoryDevice {
  failing: 'flush' | 'truncate' | undefined

  override flush(): void {
    if (this.failing === 'flush') throw new Error('the flush failed')
  }

  override truncate(bytes: number): void {
    if (this.failing === 'truncate') throw new Error('the truncation failed')
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
