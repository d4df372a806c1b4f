/** A transaction would reduce more than it should, and has several items. Nobody sees it: the items are split. */
export class TooMuchAtOnce extends Error {
  override readonly name = 'TooMuchAtOnce'
}
