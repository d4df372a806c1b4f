import type { Storage } from '../node/festival.js'
import { useFestival } from '../node/session-context.js'
import { useQuery } from './use-query.js'

/** Known from opening on, so that nothing has to wait for it; read again after every change. */
export function useStorage(): Storage {
  const { storage } = useFestival()
  return useQuery('storage', ({ node }) => node.storage()).data ?? storage
}
