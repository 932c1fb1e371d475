/** @module Text about what leaves the browser, true on every path (`e2e/unseen.long.spec.ts`). */
import { words } from '../words/words.ts'
import { Say } from './Say.tsx'

export function ServerSees() {
  return (
    <section className="reading" aria-labelledby="sees">
      <h2 id="sees">{words('serverSees.title')}</h2>
      <p>
        <Say text={words('serverSees.requests')} />
      </p>
    </section>
  )
}
