/** @module `/fast-forward`: the year of a shopper whom training never saw, replayed on this device. */
import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Page } from '../parts/Page.tsx'
import { loadShoppers, type PastShopper } from '../replay/shoppers.ts'
import { Theatre } from '../replay/Theatre.tsx'

export function FastForward() {
  const [shoppers, setShoppers] = useState<readonly PastShopper[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads again
  useEffect(() => {
    const abort = new AbortController()
    loadShoppers(abort.signal).then(setShoppers, (error: Error) => {
      if (!abort.signal.aborted) setFailure(error.message)
    })
    return () => abort.abort()
  }, [attempt])

  return (
    <Page title="Fast-forward">
      <div className="intro">
        <p className="lead">
          A real shopper’s year, replayed on this device: before each order, four ways of ranking
          show their first ten products, and are judged by what was then bought. The model was made
          without these shoppers. They are kept apart from you: nothing you did is read, and nothing
          here is remembered.
        </p>
        {failure !== null && (
          <div role="alert">
            <p>{failure}</p>
            <button
              type="button"
              className="button"
              onClick={() => {
                setFailure(null)
                setAttempt(attempt + 1)
              }}
            >
              Try again
            </button>
          </div>
        )}
      </div>
      {failure === null && (shoppers ? <Choice shoppers={shoppers} /> : <Waiting />)}
      <section aria-labelledby="reading" className="reading">
        <h2 id="reading">How to read it</h2>
        <p>
          <strong>Quality</strong> is 100 % where the products that were bought stand on top of the
          list, less where they stand lower, and 0 where none of the first ten was bought (NDCG@10).{' '}
          <strong>Hits</strong> is the share of orders for which at least one of the ten was bought.
          Both are means over all orders so far. With thousands of products, and orders that hold a
          dozen or more, nobody reaches 100 %.
        </p>
        <p>
          One shopper proves nothing: lines of one year cross by luck. The six were chosen by how
          often they bought, not by how well it goes. The measured means over all shoppers whom
          training never saw, with intervals, are in the project’s evaluation. Before the day when
          the model’s data ends, it knows the season from other shoppers; after it, it knows nothing
          of the future.
        </p>
        <p>
          To see what moves for you, go to <Link href="/side-by-side">Side by side</Link>.
        </p>
      </section>
    </Page>
  )
}

function Waiting() {
  return (
    <p className="theatre-waiting" role="status">
      The recorded shoppers are loading …
    </p>
  )
}

function Choice({ shoppers }: { readonly shoppers: readonly PastShopper[] }) {
  const [params, setParams] = useSearchParams()
  const asked = params.get('shopper')
  const chosen = shoppers.find(({ label }) => label === asked) ?? shoppers[0]
  return (
    <>
      <fieldset className="choice">
        <legend>Whose year</legend>
        {shoppers.map(({ label, orders }) => (
          <label key={label} className="choice-card">
            <input
              type="radio"
              name="shopper"
              value={label}
              checked={label === chosen.label}
              onChange={() => setParams({ shopper: label }, { replace: true })}
            />
            <span>
              {label}
              <span className="small">{orders.length} orders</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Theatre key={chosen.label} shopper={chosen} />
    </>
  )
}
