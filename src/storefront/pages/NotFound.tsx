import { Page } from '../parts/Page.tsx'
import { Say } from '../parts/Say.tsx'
import { Popular } from '../parts/shelves.tsx'
import { words } from '../words/words.ts'

export function NotFound() {
  return (
    <Page title={words('notFound.title')}>
      <p className="empty">
        <Say text={words('notFound.text')} />
      </p>
      <Popular />
    </Page>
  )
}
