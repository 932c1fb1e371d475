/**
 * @module Page `/fast-forward` with two stories. In the first, this device replays a year of orders of a shopper whose
 * orders were not in the training data. The second shows the recorded first weeks of a shop that collects nothing.
 */
import { usePersonalization } from '../../react.ts'
import { useChoices } from '../address.ts'
import { replayKept } from '../offline.ts'
import { Page } from '../parts/Page.tsx'
import { Say } from '../parts/Say.tsx'
import { MissingShoppers } from '../replay/MissingShoppers.tsx'
import { NewShopStory } from '../replay/NewShopStory.tsx'
import { ReplayPlayer } from '../replay/ReplayPlayer.tsx'
import { loadShoppers, type PastShopper, shopperText } from '../replay/shoppers.ts'
import { useSignal } from '../signal.ts'
import { useLoaded } from '../useLoaded.ts'
import { words } from '../words/words.ts'

const STORIES = ['shopper', 'shop'] as const

export function FastForward() {
  const [choices, choose] = useChoices()
  const story = choices.get('story') === 'shop' ? 'shop' : 'shopper'
  const notes = story === 'shop' ? SHOP_NOTES : SHOPPER_NOTES
  return (
    <Page title={words('fastForward')} className="fast-forward">
      <fieldset className="choice">
        <legend>{words('replay.story')}</legend>
        {STORIES.map((name) => (
          <label key={name} className="choice-card">
            <input
              type="radio"
              name="story"
              value={name}
              checked={name === story}
              onChange={() => choose((next) => next.set('story', name === 'shop' ? name : ''))}
            />
            <span>{words(`replay.stories.${name}`)}</span>
          </label>
        ))}
      </fieldset>
      <p className="lead">{words(story === 'shop' ? 'newShop.lead' : 'replay.lead')}</p>
      {story === 'shop' ? <NewShopStory /> : <ShoppersYear />}
      <section aria-labelledby="reading" className="reading">
        <h2 id="reading">{words('replay.reading')}</h2>
        {notes.map((note) => (
          <p key={note}>
            <Say text={words(note)} />
          </p>
        ))}
        <WithoutNetwork />
        <p>
          <Say text={words('replay.toSideBySide')} href="/side-by-side" />
        </p>
      </section>
    </Page>
  )
}

const SHOPPER_NOTES = ['replay.measures', 'replay.unseen', 'replay.lines', 'replay.luck'] as const
const SHOP_NOTES = ['newShop.measures', 'newShop.played', 'replay.lines', 'newShop.limits'] as const

function ShoppersYear() {
  const { value: shoppers, failure, retry } = useLoaded(loadShoppers, () => null)
  if (failure !== null) return <MissingShoppers failure={failure} onRetry={retry} />
  return shoppers ? <Choice shoppers={shoppers} /> : <Waiting />
}

/** Says whether this page works offline, and if not, what is missing. */
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
