import { expect, test } from 'vitest'
import { StubPeer } from '../support/stub-peer.js'

test('what a peer says as it ends is told without what a terminal obeys', async () => {
  const peer = new StubPeer({})
  await peer.send({ type: 'end', code: 'bye', text: '\u009b31mThe hub \u202e\u2028is full:\u001b[2J ä\n' })
  expect(await peer.result).toEqual({ code: 'bye', by: 'peer', text: '31mThe hub  is full: [2J ä' })
})
