import { Button } from '../ui/button.js'
import { useToast } from '../ui/toast.js'
import { linkTo } from './hub-setting.js'

/** The link that leads others to this festival and its hub. */
export function ShareHub({ address }: { readonly address: string }) {
  const toast = useToast()

  async function copy() {
    try {
      await navigator.clipboard.writeText(linkTo(address))
      toast('Link copied: it opens the festival with this hub')
    } catch {
      toast('The browser did not allow copying')
    }
  }

  return (
    <Button icon="copy" onClick={() => void copy()}>
      Copy a link for others
    </Button>
  )
}
