import { type ReactNode, useEffect, useRef } from 'react'
import type { Page } from '../router/route.js'
import { Navigation } from './navigation.js'
import styles from './shell.module.css'
import { UpdateNotice } from './update-notice.js'

const TITLES: Readonly<Record<Page['name'], string>> = {
  programme: 'Programme',
  venues: 'Venues',
  venue: 'Venue',
  device: 'This device',
}

export function Shell({ page, children }: { readonly page: Page; readonly children: ReactNode }) {
  const main = useRef<HTMLElement>(null)
  const shown = useRef(page)

  useEffect(() => {
    document.title = `${TITLES[page.name]} · Raft`
    // Readers and keyboards follow to the new page; the first one is left as the browser shows it.
    if (shown.current === page || JSON.stringify(shown.current) === JSON.stringify(page)) return
    shown.current = page
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [page])

  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Navigation page={page} />
      <main ref={main} id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <UpdateNotice />
    </div>
  )
}
