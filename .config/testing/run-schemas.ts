/** What `rakko-schemas` did: its exit code, and what it wrote to each of its streams. */
export interface RanSchemas {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `rakko-schemas` in a folder: in this process, which starts no other for it. One at a time. */
export async function runSchemas(
  command: (args: readonly string[]) => Promise<number>,
  folder: string,
  ...args: string[]
): Promise<RanSchemas> {
  const before = process.cwd()
  const written = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const writes = streams.map((name) => process[name].write)
  process.chdir(folder)
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array) => {
      written[name] += chunk
      return true
    }
  }
  try {
    return { code: await command(args), ...written }
  } finally {
    for (const [index, name] of streams.entries()) Object.assign(process[name], { write: writes[index] })
    process.chdir(before)
  }
}
