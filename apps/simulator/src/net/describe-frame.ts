import { decodeFrame, type Frame } from '@rakko/sync'

/** A frame in a few words, for people. */
export function describeFrame(bytes: Uint8Array): string {
  try {
    return `${describe(decodeFrame(bytes))} (${bytes.length} B)`
  } catch {
    return `no frame (${bytes.length} B)`
  }
}

function describe(frame: Frame): string {
  switch (frame.type) {
    case 'hello':
      return `hello from ${frame.databaseId.slice(0, 6)}, latest ${mark(frame.latest)}`
    case 'pull':
      return `pull ${frame.pull} after ${mark(frame.after)}, ${frame.mode}, compare ${frame.compare}`
    case 'arrivals': {
      const ids = frame.items.length
      return `arrivals of ${frame.pull}: ${ids} items up to ${mark(frame.upTo)} of ${frame.latest}`
    }
    case 'taken':
      return `taken ${frame.frames} of ${frame.pull}`
    case 'lost':
      return `lost ${frame.pull}: ${frame.reason}`
    case 'fetch':
      return `fetch ${frame.ids.map((id) => id.slice(4, 10)).join()}`
    case 'fetched':
      return `fetched ${frame.items.length}${frame.isLast ? '' : ' and more'}`
    case 'compare':
    case 'compared': {
      const kinds = frame.ranges.map(({ kind }) => kind[0]).join('')
      return `${frame.type} ${frame.compare}, latest ${mark(frame.latest)}: ${kinds}`
    }
    case 'compare-heads':
    case 'compared-heads':
      return `${frame.type} ${frame.compare}, latest ${mark(frame.latest)}: ${frame.heads.length} heads`
    case 'end':
      return `end ${frame.code}: ${frame.text}`
    default:
      return frame.type
  }
}

function mark({ number, id }: { readonly number: number; readonly id?: string | undefined }): string {
  return id === undefined ? `${number}` : `${number}/${id.slice(4, 10)}`
}
