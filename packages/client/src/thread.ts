import { workerData } from 'node:worker_threads'
import { nodejsHandler } from '@rakko/node/nodejs'
import { serve } from '@rakko/node/rpc'
import type { PortLike } from './channel/channel.js'
import { exposeSession } from './channel/expose-session.js'

// The thread that openNode starts in Node: it opens the node that its first message asks for.
const { port } = workerData as { port: PortLike }
exposeSession(serve(nodejsHandler()), port)
