/** What a process took, and what it cost. */
export interface Taken {
  readonly documents: number
  readonly ms: number
  /** Processor time of all its threads. */
  readonly cpuMs: number
}

/** `take` returns how many documents it has taken. */
export async function measured(take: () => Promise<number>): Promise<Taken> {
  const [began, cpuBegan] = [performance.now(), process.cpuUsage()]
  const documents = await take()
  const { user, system } = process.cpuUsage(cpuBegan)
  return { documents, ms: performance.now() - began, cpuMs: (user + system) / 1000 }
}
