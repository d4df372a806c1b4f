/** What the command lines of webpack and Rspack do with the outcome: errors and warnings are printed, errors fail. */
export function report(error, stats) {
  if (error) throw error
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
  for (const { moduleName = '', message } of [...errors, ...warnings]) console.error(moduleName, message)
  process.exitCode = errors.length > 0 ? 1 : 0
}
