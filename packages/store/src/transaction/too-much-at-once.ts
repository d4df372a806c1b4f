/** A transaction would reduce or decide more than it should, and has several items. Nobody sees it: the items are split. */
export class TooMuchAtOnce extends Error {
  override readonly name = 'TooMuchAtOnce'
}
