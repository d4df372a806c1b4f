/** Options of Node's by the name of the permission that it denies. */
const OPTIONS: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  Net: '--allow-net',
}

/** Why a call of the system's failed, and what to do where it is Node's permission model that refuses it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, permission, resource } = error as { code?: unknown; permission?: unknown; resource?: unknown }
  if (code !== 'ERR_ACCESS_DENIED') return error.message
  const option = OPTIONS[String(permission)] ?? `the option for ${permission}`
  const place = resource === undefined || resource === '' ? '' : `=${resource}`
  return `Node's permission model refuses it: start Node with ${option}${place}`
}
