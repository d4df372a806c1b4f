/**
 * Where the app is: a page, and perhaps a sheet over it. Both live in the address after `#`, so that the back button
 * closes a sheet, a reload keeps it and any static host can serve the app.
 */
export type Page =
  | { readonly name: 'programme' }
  | { readonly name: 'venues' }
  | { readonly name: 'venue'; readonly id: string }
  | { readonly name: 'device' }

export type Sheet =
  | { readonly name: 'event'; readonly id: string }
  | { readonly name: 'edit-event'; readonly id: string }
  | { readonly name: 'new-event'; readonly venue?: string }
  | { readonly name: 'edit-venue'; readonly id: string }
  | { readonly name: 'new-venue' }

export interface Route {
  readonly page: Page
  readonly sheet?: Sheet
}

/** Never fails: what it does not know leads to the programme. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const page = parsePage(path)
  const sheet = parseSheet(new URLSearchParams(search))
  return sheet === undefined ? { page } : { page, sheet }
}

export function formatRoute({ page, sheet }: Route): string {
  const path = page.name === 'venue' ? `venues/${encodeURIComponent(page.id)}` : page.name
  if (sheet === undefined) return `#/${path}`
  const search = new URLSearchParams({ sheet: sheet.name })
  if ('id' in sheet) search.set('id', sheet.id)
  if ('venue' in sheet && sheet.venue !== undefined) search.set('venue', sheet.venue)
  return `#/${path}?${search}`
}

function parsePage(path: string): Page {
  const [name, id] = path.split('/')
  if (name === 'venues' && id) return { name: 'venue', id: decode(id) }
  if (name === 'venues' || name === 'device') return { name }
  return { name: 'programme' }
}

function parseSheet(search: URLSearchParams): Sheet | undefined {
  const name = search.get('sheet')
  const id = search.get('id')
  const venue = search.get('venue')
  if (name === 'new-venue') return { name }
  if (name === 'new-event') return venue === null ? { name } : { name, venue }
  if (id !== null && (name === 'event' || name === 'edit-event' || name === 'edit-venue')) return { name, id }
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
