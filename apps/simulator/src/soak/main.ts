/** `npm run soak [-- DAYS [CONNECTIONS]]`: see README.md. */
import { closeWith } from '../run/report.js'
import { soakHub } from './hub-soak.js'
import { liveWeek } from './week.js'

const HOUR = { writes: 15, cuts: 20, visitors: 10, hostile: 4, looks: 4 }
/** What the heap of the last day may be, by that of the first. */
const MOST = 1.1

const [days = 7, connections = 2_000] = process.argv.slice(2).map(Number)
if (![days, connections].every((number) => Number.isInteger(number) && number > 0)) {
  console.error('Usage: npm run soak [-- DAYS [CONNECTIONS]]')
  process.exit(2)
}
const failures: string[] = []

function judge(what: string, beforeMB: number, afterMB: number): void {
  const text = `${what}: ${beforeMB.toFixed(1)} MB, then ${afterMB.toFixed(1)} MB, ${(afterMB / beforeMB).toFixed(3)} times`
  console.log(text)
  if (afterMB > MOST * beforeMB) failures.push(text)
}

const heaps: number[] = []
await liveWeek({
  days,
  hour: HOUR,
  onDay(told) {
    heaps.push(told.heapMB)
    console.log(JSON.stringify(told))
  },
})
judge(`heap after day 1 and day ${days}`, heaps[0] ?? 0, heaps.at(-1) ?? 0)
const { beforeMB, afterMB } = await soakHub(connections)
judge(`heap of a hub after ${Math.ceil(connections / 10)} and ${connections} connections`, beforeMB, afterMB)
process.exitCode = closeWith(2, failures)
