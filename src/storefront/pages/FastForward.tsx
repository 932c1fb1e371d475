/** @module `/fast-forward`: replays, on this device, the year of a shopper whom training never saw. */
import { usePersonalization } from '../../react.ts'
import { useChoices } from '../address.ts'
import { replayKept } from '../offline.ts'
import { Page } from '../parts/Page.tsx'
import { Say } from '../parts/Say.tsx'
import { MissingShoppers } from '../replay/MissingShoppers.tsx'
import { ReplayPlayer } from '../replay/ReplayPlayer.tsx'
import { loadShoppers, type PastShopper, shopperText } from '../replay/shoppers.ts'
import { useSignal } from '../signal.ts'
import { useLoaded } from '../useLoaded.ts'
import { words } from '../words/words.ts'

export function FastForward() {
  const { value: shoppers, failure, retry } = useLoaded(loadShoppers, () => null)
  return (
    <Page title={words('fastForward')} className="fast-forward">
      <div className="intro">
        <p className="lead">{words('replay.lead')}</p>
        {failure !== null && <MissingShoppers failure={failure} onRetry={retry} />}
      </div>
      {failure === null && (shoppers ? <Choice shoppers={shoppers} /> : <Waiting />)}
      <section aria-labelledby="reading" className="reading">
        <h2 id="reading">{words('replay.reading')}</h2>
        <p>
          <Say text={words('replay.measures')} />
        </p>
        <p>{words('replay.unseen')}</p>
        <p>{words('replay.lines')}</p>
        <p>{words('replay.luck')}</p>
        <WithoutNetwork />
        <p>
          <Say text={words('replay.toSideBySide')} href="/side-by-side" />
        </p>
      </section>
    </Page>
  )
}

/** Says whether fast-forward will work offline, and if not, what is missing. */
function WithoutNetwork() {
  const kept = useSignal(replayKept)
  const { storage, notices } = usePersonalization()
  const full = kept === 'kept' && notices.some(({ code }) => code === 'storage-full')
  if (kept === 'kept' && storage === 'memory') return <p>{words('replay.noModelKept')}</p>
  return kept !== 'unknown' && <p>{words(`replay.keptOffline.${full ? 'full' : kept}`)}</p>
}

function Waiting() {
  return (
    <p className="replay-waiting" role="status">
      {words('replay.loading')}
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
        <legend>{words('replay.whose')}</legend>
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
              {shopperText(label)}
              <span className="small">{words('replay.orders', { n: orders.length })}</span>
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
