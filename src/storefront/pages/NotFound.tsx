/** @module An address that leads nowhere. */
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { Popular } from '../parts/shelves.tsx'

export function NotFound() {
  return (
    <Page title="Not found" heading="That page isn’t on our shelves">
      <p className="empty">
        The address may be old or mistyped. <Link href="/">Go to the front of the shop</Link>
      </p>
      <Popular />
    </Page>
  )
}
