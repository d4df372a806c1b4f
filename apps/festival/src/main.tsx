import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/tokens.css'
import './styles/base.css'
import { App } from './app.js'
import { InsecureOriginError } from './node/error-message.js'
import { openFestival } from './node/festival.js'
import { NodeProvider } from './node/node-context.js'
import { createNodeHandle } from './node/node-handle.js'
import { registerServiceWorker } from './pwa/service-worker.js'
import { watchInstallation } from './pwa/use-install.js'
import { ToastProvider } from './ui/toast.js'

const handle = createNodeHandle(() =>
  isSecureContext ? openFestival() : Promise.reject(new InsecureOriginError('the page is not a secure context')),
)

watchInstallation()
// After the node has its files: the service worker keeps the same ones and would compete for the first visit's network.
const stopWaiting = handle.subscribe(() => {
  if (handle.state().status === 'opening') return
  stopWaiting()
  if (import.meta.env.PROD) void registerServiceWorker()
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the id root')
createRoot(root).render(
  <StrictMode>
    <NodeProvider handle={handle}>
      <ToastProvider>
        <App />
      </ToastProvider>
    </NodeProvider>
  </StrictMode>,
)
