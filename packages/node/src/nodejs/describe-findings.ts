import type { LockFindings } from '@rakko/core'

/** What `rakko-schemas` says of a lock that two branches have written, or that is damaged: a line for each thing. */
export function describeFindings({
  findings,
  wasMerged,
}: {
  readonly findings: LockFindings
  readonly wasMerged: boolean
}): string[] {
  const { unusable, incomplete, repeated, forkedLogs, namesakes, joined } = findings
  const lines: string[] = []
  if (wasMerged) lines.push('git has merged schema.lock line by line: the commits of both branches are kept')
  if (repeated > 0) lines.push(`${repeated} commit${repeated === 1 ? '' : 's'} stood there twice: kept once`)
  if (forkedLogs.length > 0) {
    const ids = forkedLogs.map(({ logId }) => logId).join(', ')
    const logs = forkedLogs.length === 1 ? `log ${ids}` : `logs ${ids}`
    lines.push(`two branches have both used ${logs}: the commits of both are kept, every device opens them`)
  }
  for (const name of joined) {
    lines.push(
      `two branches have both changed '${name}': both are kept, and a new commit joins them to what the definitions say`,
    )
  }
  for (const { name, used, others } of namesakes) {
    const kept = others.length === 1 ? `${others[0]} is` : `${others.join(', ')} are`
    lines.push(`two branches have both added '${name}': ${used} is used, ${kept} among schemas.$versions.${name}`)
  }
  for (const { error } of unusable)
    lines.push(`${error.message}: the commit is of no use and nothing needs it, it stays in schema.lock`)
  for (const name of incomplete)
    lines.push(`schema.lock lacks commits of '${name}', which the definitions no longer have`)
  return lines
}
