/** In a file without `ws`: whoever uses this package need not have its types. */
export interface SocketOptions {
  readonly maxFrameBytes?: number | undefined
  /** What may be under way until `send` makes its caller wait, and what may lie here until reading stops. */
  readonly windowBytes?: number | undefined
}
