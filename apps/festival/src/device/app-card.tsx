import { useHub } from '../hub/use-hub.js'
import { type ServiceWorkerState, useServiceWorker } from '../pwa/service-worker.js'
import { useInstall } from '../pwa/use-install.js'
import { useOnline } from '../pwa/use-online.js'
import { currentTimeZone } from '../time/local-time.js'
import { Button } from '../ui/button.js'
import { Card, Fact } from './card.js'

export function AppCard() {
  const worker = useServiceWorker()
  const { installed, install } = useInstall()
  const online = useOnline()
  const { address } = useHub()
  return (
    <Card icon="offline" title="Without a network">
      <dl>
        <Fact name="Offline">{offlineText(worker)}</Fact>
        <Fact name="Network">{networkText(online, address !== undefined)}</Fact>
        <Fact name="Times are shown in">{currentTimeZone().replaceAll('_', ' ')}</Fact>
      </dl>
      {installed && <p>Installed as an app on this device.</p>}
      {!installed && install !== undefined && (
        <Button icon="add" onClick={() => void install()}>
          Install as an app
        </Button>
      )}
    </Card>
  )
}

function networkText(isOnline: boolean, hasHub: boolean): string {
  if (!isOnline) return hasHub ? 'None: changes go out later' : 'None, and nothing is missing'
  return hasHub ? 'Connected; the hub alone gets what you change' : 'Connected; nothing is sent anywhere'
}

function offlineText({ offlineReady, problem }: ServiceWorkerState): string {
  if (problem === 'unsupported') return 'This browser cannot keep the app itself; only your data stays'
  if (problem === 'failed') return 'The app itself could not be kept; it needs the network at the next start'
  return offlineReady ? 'Ready: the whole app is on this device' : 'Getting ready: the app is being kept'
}
