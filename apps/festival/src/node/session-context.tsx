import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Festival } from './festival.js'
import type { Session, SessionState } from './session.js'

const SessionContext = createContext<Session | undefined>(undefined)
const FestivalContext = createContext<Festival | undefined>(undefined)

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  const state = useSyncExternalStore(session.subscribe, session.state)
  return (
    <SessionContext value={session}>
      <FestivalContext value={state.status === 'open' ? state.festival : undefined}>{children}</FestivalContext>
    </SessionContext>
  )
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('useSession is called outside SessionProvider')
  return session
}

export function useSessionState(): SessionState {
  const session = useSession()
  return useSyncExternalStore(session.subscribe, session.state)
}

/** For components that are shown only while the node is open. */
export function useFestival(): Festival {
  const festival = useContext(FestivalContext)
  if (festival === undefined) throw new Error('useFestival is called before the node is open')
  return festival
}
