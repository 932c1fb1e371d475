/** @module `/fast-forward`: the year of a shopper whom training never saw, replayed on this device. */
import { usePersonalization } from '../../react.ts'
import { useChoices } from '../address.ts'
import { replayKept } from '../offline.ts'
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { ReplayPlayer } from '../replay/ReplayPlayer.tsx'
import { loadShoppers, type PastShopper } from '../replay/shoppers.ts'
import { useSignal } from '../signal.ts'
import { useLoaded } from '../useLoaded.ts'

export function FastForward() {
  const { value: shoppers, failure, retry } = useLoaded(loadShoppers, () => null)
  return (
    <Page title="Fast-forward">
      <div className="intro">
        <p className="lead">
          A real shopper’s year, replayed on this device. Before each order, everyone’s list and the
          list that learned here show ten products each, and are judged by what was then bought. The
          model was made without these shoppers. They are kept apart from you: nothing you did is
          read, and nothing here is remembered.
        </p>
        {failure !== null && (
          <div role="alert">
            <p>The recorded shoppers are missing. {failure}</p>
            <button type="button" className="button" onClick={retry}>
              Try again
            </button>
          </div>
        )}
      </div>
      {failure === null && (shoppers ? <Choice shoppers={shoppers} /> : <Waiting />)}
      <section aria-labelledby="reading" className="reading">
        <h2 id="reading">How to read it</h2>
        <p>
          <strong>Quality</strong> is 100 % where the products that were bought stand on top of the
          list, less where they stand lower, and 0 where none of the first ten was bought (NDCG@10).{' '}
          <strong>Hits</strong> is the share of orders for which at least one of the ten was bought.
          Both are means over all orders so far. With thousands of products, and orders that hold a
          dozen or more, nobody reaches 100 %.
        </p>
        <p>
          Lines that would cover each other are drawn side by side; the table has the exact figures.
        </p>
        <p>
          One shopper proves nothing: lines of one year cross by luck. The six were chosen by how
          often they bought, not by how well it goes. The measured means over all shoppers whom
          training never saw, with intervals, are in the project’s evaluation. Before the day when
          the model’s data ends, it knows the season from other shoppers; after it, it knows nothing
          of the future.
        </p>
        <WithoutNetwork />
        <p>
          To see what moves for you, go to <Link href="/side-by-side">Side by side</Link>.
        </p>
      </section>
    </Page>
  )
}

const KEPT: Readonly<Record<ReturnType<typeof replayKept.get>, string>> = {
  unknown: '',
  kept: 'This page works without a network: its shoppers, its scripts and the model are kept on this device.',
  'saves-data':
    'Your browser saves data, so the shoppers and scripts of this page are not fetched ahead: it works without a network once you have played a replay.',
  full: 'This device has no room to keep all that this page needs: without a network it will not work.',
  failed:
    'The shoppers and scripts of this page could not be kept on this device: without a network it will not work.',
}

/** Whether it will work offline, and what is missing if it won't. */
function WithoutNetwork() {
  const kept = useSignal(replayKept)
  const { storage, notices } = usePersonalization()
  const full = kept === 'kept' && notices.some(({ code }) => code === 'storage-full')
  if (kept === 'kept' && storage === 'memory')
    return (
      <p>This browser keeps no model for the shop: without a network this page will not work.</p>
    )
  const text = KEPT[full ? 'full' : kept]
  return text && <p>{text}</p>
}

function Waiting() {
  return (
    <p className="replay-waiting" role="status">
      The recorded shoppers are loading …
    </p>
  )
}

function Choice({ shoppers }: { readonly shoppers: readonly PastShopper[] }) {
  const [choices, choose] = useChoices()
  const asked = choices.get('shopper')
  const chosen = shoppers.find(({ label }) => label === asked) ?? shoppers[0]
  return (
    <div className="replay">
      <fieldset className="choice">
        <legend>Whose year</legend>
        {shoppers.map(({ label, orders }) => (
          <label key={label} className="choice-card">
            <input
              type="radio"
              name="shopper"
              value={label}
              checked={label === chosen.label}
              onChange={() => choose((next) => next.set('shopper', label), { replace: true })}
            />
            <span>
              {label}
              <span className="small">{orders.length} orders</span>
            </span>
          </label>
        ))}
      </fieldset>
      <ReplayPlayer
        key={chosen.label}
        shopper={chosen}
        all={choices.get('arms') === 'all'}
        onAll={(all) => choose((next) => next.set('arms', all ? 'all' : ''), { replace: true })}
      />
    </div>
  )
}
