import { createSocket } from 'node:dgram'

// Carries what hosts send each other, each packet late, and not all of them. Hosts wrap their packets in UDP (VXLAN) and
// have the address 10.77.HOST.2 here. Messages: { cut: host, isCut }.
const [delayMs, loss] = process.argv.slice(2).map(Number)
const PORT = 4789
/** Before the packet itself, which begins with the receiver's address of six bytes. */
const HEADER_BYTES = 8
const cut = new Set()
let carried = 0
let lost = 0

const socket = createSocket('udp4')
socket.on('message', (packet, { address }) => {
  const from = Number(address.split('.')[2])
  const to = packet[HEADER_BYTES + 5] ?? 0
  // Everybody is meant where a host looks for another one.
  for (const host of to === 0xff ? [1, 2, 3] : [to]) if (host !== from) carry(packet, from, host)
})

function carry(packet, from, to) {
  if (cut.has(from) || cut.has(to) || Math.random() < loss) {
    lost += 1
    return
  }
  carried += 1
  completeChecksum(packet)
  setTimeout(() => socket.send(packet, PORT, `10.77.${to}.2`), delayMs)
}

/**
 * Linux leaves the checksum of TCP to the device, which is none here: whoever reads the packet has to complete it. It is
 * the sum of 16-bit words, of the addresses, the protocol and the length too.
 */
function completeChecksum(packet) {
  const ip = HEADER_BYTES + 14
  const isTcp = packet.readUInt16BE(HEADER_BYTES + 12) === 0x0800 && packet[ip + 9] === 6
  if (!isTcp) return
  const tcp = ip + 4 * (packet[ip] & 15)
  const end = ip + packet.readUInt16BE(ip + 2)
  packet.writeUInt16BE(0, tcp + 16)
  let sum = 6 + (end - tcp)
  for (let at = ip + 12; at < ip + 20; at += 2) sum += packet.readUInt16BE(at)
  for (let at = tcp; at < end; at += 2) sum += at + 1 < end ? packet.readUInt16BE(at) : packet[at] << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  packet.writeUInt16BE(~sum & 0xffff, tcp + 16)
}

process.on('message', ({ host, isCut }) => {
  if (host === undefined) process.send({ carried, lost })
  else if (isCut) cut.add(host)
  else cut.delete(host)
})
process.on('disconnect', () => process.exit())
socket.bind(PORT, () => process.send('ready'))
