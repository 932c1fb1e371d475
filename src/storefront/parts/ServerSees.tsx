/** @module Text about what the shop's server sees. `e2e/unseen.long.spec.ts` tests that it is true. */
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
