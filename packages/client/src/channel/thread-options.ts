/** Options of Node's permission model. */
const PERMISSION = /^--(?:experimental-)?permission$|^--allow-/

/**
 * What a thread takes over of the options of its process: what the process may not do, the thread may not do. All else
 * is the app's. A module that `--import` names may be the very one that opens the node. It would open one in each
 * thread. `--input-type` is about a text that the thread does not run.
 */
export function threadOptions(execArgv: readonly string[], nodeOptions = ''): string[] {
  const kept: string[] = []
  let takesNext = false
  for (const option of [...nodeOptions.split(' '), ...execArgv]) {
    const isValue = takesNext && !option.startsWith('-')
    if (isValue || PERMISSION.test(option)) kept.push(option)
    takesNext = PERMISSION.test(option) && option.startsWith('--allow-fs-') && !option.includes('=')
  }
  return kept
}
