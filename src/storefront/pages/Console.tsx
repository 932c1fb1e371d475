/** @module Page `/console` of the demo shop: the package's privacy console, what the shop keeps, and what its server sees. */
import { PrivacyConsole } from '../../console.ts'
import { usePersonalizer } from '../../react.ts'
import { Page } from '../parts/Page.tsx'
import { ServerSees } from '../parts/ServerSees.tsx'
import { ShopKeeps } from '../parts/ShopKeeps.tsx'
import { useShop } from '../shop.ts'
import { inUse, words } from '../words/words.ts'

export function Console() {
  const personalizer = usePersonalizer()
  const { catalog, unavailable } = useShop()
  return (
    <Page title={words('console')}>
      {personalizer ? (
        <PrivacyConsole
          personalizer={personalizer}
          items={catalog.items}
          labels={inUse().console}
          more={`${import.meta.env.BASE_URL}privacy.txt`}
          locale={inUse().locale}
        />
      ) : (
        <p className="empty">{unavailable ? words('unavailable') : words('starting')}</p>
      )}
      {(personalizer || unavailable) && (
        <>
          <ShopKeeps />
          <ServerSees />
        </>
      )}
    </Page>
  )
}
