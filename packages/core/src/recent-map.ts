/**
 * A bounded memory of what was seen last. It holds between `size` and twice as many keys, in two generations. The older
 * one is dropped whole; a key that is met again moves to the younger.
 */
export class RecentMap<Key, Value> {
  private readonly size: number
  private young = new Map<Key, Value>()
  private old = new Map<Key, Value>()

  constructor(size: number) {
    this.size = size
  }

  get(key: Key): Value | undefined {
    const value = this.young.get(key)
    if (value !== undefined) return value
    const remembered = this.old.get(key)
    if (remembered !== undefined) this.set(key, remembered)
    return remembered
  }

  set(key: Key, value: Value): void {
    if (this.young.size >= this.size) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }
}
