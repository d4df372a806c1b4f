import { HubCard } from '../hub/hub-card.js'
import { Content } from '../shell/content.js'
import { Hero } from '../shell/hero.js'
import { AppCard } from './app-card.js'
import styles from './device-page.module.css'
import { IdentityCard } from './identity-card.js'
import { StorageCard } from './storage-card.js'
import { TryCard } from './try-card.js'

/** What stays on this device, how sure that is, and what goes elsewhere. */
export function DevicePage() {
  return (
    <>
      <Hero title="This device" lead="Where your festival lives, and who signs it" />
      <Content>
        <div className={styles.grid}>
          <StorageCard />
          <HubCard />
          <IdentityCard />
          <AppCard />
          <TryCard />
        </div>
      </Content>
    </>
  )
}
