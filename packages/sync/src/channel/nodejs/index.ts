export { dialWebSocket } from './dial-web-socket.js'
export type { SocketOptions } from './socket-options.js'
export {
  refuseUpgrade,
  type WebSocketServerOptions,
  type WebSocketUpgrades,
  webSocketUpgrades,
} from './web-socket-upgrades.js'
