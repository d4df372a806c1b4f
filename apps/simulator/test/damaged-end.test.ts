import { memoryChannels } from '@rakko/sync'
import { expect, test } from 'vitest'
import { DamagedEnd } from '../src/net/damaged-end.js'

test.each([true, false])('an end that is closed is told of once, be it listened to (%s) or not', async (isHeard) => {
  let closed = 0
  const end = new DamagedEnd(memoryChannels().ends[0], {
    onSend: (frame) => [frame],
    onClosed: () => {
      closed += 1
    },
  })
  if (isHeard)
    await new Promise<void>((resolve) => {
      end.listen({ frame: () => undefined, closed: () => resolve() })
      end.close()
    })
  else end.close()
  end.close()
  expect(closed).toBe(1)
})
