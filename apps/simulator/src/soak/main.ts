/** `npm run soak`: see README.md. */
import { liveWeek } from './week.js'

const HOUR = { writes: 6, cuts: 20, visitors: 10, hostile: 4, looks: 4 }
const days = Number(process.argv[2] ?? 7)
await liveWeek({ days, hour: HOUR, onDay: (told) => console.log(JSON.stringify(told)) })
