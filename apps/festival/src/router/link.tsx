import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { navigate } from './navigation.js'
import { formatRoute, type Route } from './route.js'

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: Route
}

/** An ordinary link; a plain click stays in the app and counts as a step that can be taken back. */
export function Link({ to, children, ...rest }: LinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a {...rest} href={formatRoute(to)} onClick={follow}>
      {children}
    </a>
  )
}
