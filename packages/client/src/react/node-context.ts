import { refusal } from '@rakko/core'
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import type { RakkoNode } from '../remote/rakko-node.js'

const NodeContext = createContext<RakkoNode | undefined>(undefined)

/** Gives an open node to the components within. Opening and closing it is the app's. */
export function RakkoProvider({ node, children }: { node: RakkoNode; children?: ReactNode }): ReactElement {
  return createElement(NodeContext.Provider, { value: node }, children)
}

/** The node of the nearest RakkoProvider. Throws INVALID_ARGUMENT where there is none. */
export function useNode(): RakkoNode {
  const node = useContext(NodeContext)
  if (node !== undefined) return node
  const expected = 'a RakkoProvider around the component'
  throw refusal('INVALID_ARGUMENT', { expected, got: 'none', about: 'useNode' })
}
