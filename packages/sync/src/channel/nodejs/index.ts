export { dialWebSocket } from './dial-web-socket.js'
export type { SocketOptions } from './socket-options.js'
export { type WebSocketServerOptions, type WebSocketUpgrades, webSocketUpgrades } from './web-socket-upgrades.js'
