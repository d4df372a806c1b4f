export { connectWebSocket } from './connect-web-socket.js'
export type { SocketOptions } from './socket-channel.js'
export { type WebSocketServerOptions, type WebSocketUpgrades, webSocketUpgrades } from './web-socket-server.js'
