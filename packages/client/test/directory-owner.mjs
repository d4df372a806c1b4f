// Holds the node on a directory open until its input ends.
import { openNode } from '@rakko/client/in-process'

const node = await openNode({ name: 'owner', directory: process.argv[2] })
process.stdout.write('open\n')
process.stdin.resume()
process.stdin.on('end', () => node.close())
