import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** While developing, Vite itself puts inline scripts and styles into the page, which the policy rightly forbids. */
function dropPolicyInDevelopment(): Plugin {
  return {
    name: 'drop-policy-in-development',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
  }
}

/** The same policy as a header, so that it binds the worker too, whose own response decides what it may do. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ws: wss:; style-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const MAX_PRECACHED_BYTES = 64 * 1024 * 1024

export default defineConfig({
  plugins: [
    react(),
    dropPolicyInDevelopment(),
    VitePWA({
      strategies: 'generateSW',
      registerType: 'prompt',
      // The app registers it by itself, in src/pwa/service-worker.ts.
      injectRegister: false,
      // The patterns below find the icons already.
      includeManifestIcons: false,
      workbox: {
        // Everything, the database's wasm, data and prepared archive included: the second visit needs no network.
        globPatterns: ['**/*'],
        globIgnores: ['sw.js', 'workbox-*.js', '**/*.map'],
        maximumFileSizeToCacheInBytes: MAX_PRECACHED_BYTES,
        navigateFallback: 'index.html',
        clientsClaim: true,
        cleanupOutdatedCaches: true,
        sourcemap: false,
      },
      manifest: {
        id: '/',
        name: 'Raft, a festival that floats',
        short_name: 'Raft',
        description: 'A festival programme that lives on your device: signed, stored and searched without a network.',
        lang: 'en',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#f5efe4',
        theme_color: '#0d4753',
        categories: ['entertainment', 'events', 'productivity'],
        icons: [
          { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icons/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: '/icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
        shortcuts: [
          { name: 'Add an event', url: '/#/programme?sheet=new-event' },
          { name: 'Venues', url: '/#/venues' },
        ],
      },
    }),
  ],
  build: {
    target: 'es2022',
    sourcemap: true,
    chunkSizeWarningLimit: 800,
    // How long each plugin takes is no news to who starts the app.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': POLICY } },
})
