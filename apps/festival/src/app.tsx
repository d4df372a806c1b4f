import { DevicePage } from './device/device-page.js'
import { HubAnnouncer } from './hub/hub-announcer.js'
import { OfferedHub } from './hub/offered-hub.js'
import { useHub } from './hub/use-hub.js'
import { useNodeState } from './node/node-context.js'
import { ProgrammePage } from './programme/programme-page.js'
import { useRoute } from './router/navigation.js'
import type { Page } from './router/route.js'
import { FailureView } from './shell/failure-view.js'
import { OpeningView } from './shell/opening-view.js'
import { SheetSwitch } from './shell/sheet-switch.js'
import { Shell } from './shell/shell.js'
import { VenuePage } from './venues/venue-page.js'
import { VenuesPage } from './venues/venues-page.js'

export function App() {
  const { page, sheet } = useRoute()
  const state = useNodeState()
  return (
    <Shell page={page}>
      {state.status === 'opening' && <OpeningView />}
      {state.status === 'failed' && <FailureView error={state.error} />}
      {state.status === 'open' && (
        <>
          <CurrentPage page={page} />
          {sheet !== undefined && <SheetSwitch sheet={sheet} />}
          <HubParts />
        </>
      )}
    </Shell>
  )
}

function HubParts() {
  const { address } = useHub()
  return (
    <>
      <OfferedHub />
      {address !== undefined && <HubAnnouncer />}
    </>
  )
}

function CurrentPage({ page }: { readonly page: Page }) {
  switch (page.name) {
    case 'programme':
      return <ProgrammePage />
    case 'venues':
      return <VenuesPage />
    case 'venue':
      return <VenuePage key={page.id} id={page.id} />
    case 'device':
      return <DevicePage />
  }
}
