/** @module Text about what leaves the browser, true on every path (`e2e/unseen.spec.ts`). */
import { words } from '../words/words.ts'
import { Say } from './Say.tsx'

export function ServerSees() {
  const { title, requests } = words.serverSees
  return (
    <section className="reading" aria-labelledby="sees">
      <h2 id="sees">{title}</h2>
      <p>
        <Say text={requests} />
      </p>
    </section>
  )
}
