export * from 'p2panda-js'
