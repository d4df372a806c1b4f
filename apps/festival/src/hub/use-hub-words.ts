import { useOnline } from '../pwa/use-online.js'
import { useNow } from '../time/use-now.js'
import { type HubWords, hubWords } from './hub-words.js'
import { useHubStatus } from './use-hub.js'

const MINUTE = 60

export function useHubWords(): HubWords {
  return hubWords(useHubStatus(), useNow(MINUTE) * 1000, useOnline())
}
