/**
 * @module Signs in as a returning shopper. In a real shop, the server then gives this browser the shopper's orders. In
 * the demo the orders come from a file of the shop, and the shoppers are those of the page `/fast-forward`.
 */
import { type FormEvent, useRef, useState } from 'react'
import type { PastOrder } from '../../index.ts'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { signedIn, takeOrders } from '../orders.ts'
import { MissingShoppers } from '../replay/MissingShoppers.tsx'
import { loadShoppers, type PastShopper, shopperText } from '../replay/shoppers.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { useLoaded } from '../useLoaded.ts'
import { words } from '../words/words.ts'

const DAY = 86_400_000

export function SignIn() {
  const label = useSignal(signedIn)
  const [said, say] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const { value: shoppers, failure, retry } = useLoaded(loadShoppers, () => null)
  return (
    <section className="sign-in" aria-labelledby="sign-in">
      <h2 id="sign-in" ref={heading} tabIndex={-1}>
        {label === null
          ? words('signIn.title')
          : words('signIn.signedIn', { label: shopperText(label) })}
      </h2>
      <p>{label === null ? words('signIn.lead') : words('signIn.kept')}</p>
      {label === null && failure !== null && <MissingShoppers failure={failure} onRetry={retry} />}
      {label === null && failure === null && (
        <Form shoppers={shoppers ?? []} say={say} onDone={() => heading.current?.focus()} />
      )}
      <p role="status">{said}</p>
    </section>
  )
}

interface FormProps {
  /** Shoppers to choose from; empty while they load. The form renders meanwhile, so that the page does not move. */
  readonly shoppers: readonly PastShopper[]
  readonly say: (what: string) => void
  /** Called after sign-in. The form, which has the focus, then disappears, so the caller must move the focus. */
  readonly onDone: () => void
}

function Form({ shoppers, say, onDone }: FormProps) {
  const personalizer = usePersonalizer()
  const { paused } = usePersonalization()
  const { catalog } = useShop()
  const [chosen, choose] = useState<string>()

  async function signIn(event: FormEvent) {
    event.preventDefault()
    const shopper = shoppers.find(({ label }) => label === chosen) ?? shoppers[0]
    if (!personalizer) return
    if (paused) return say(words('signIn.paused'))
    const past = untilYesterday(shopper, Date.now())
    try {
      const taken = await personalizer.seed(past)
      if (taken === 0) return say(words('signIn.nothing'))
      takeOrders(past, (id) => catalog.get(id)?.price)
      signedIn.set(shopper.label)
      say(words('signIn.taken', { n: taken, of: past.length }))
      onDone()
    } catch {
      say(words('signIn.failed'))
    }
  }

  return (
    <form onSubmit={signIn}>
      <label>
        {words('signIn.whose')}{' '}
        <select
          value={chosen ?? shoppers[0]?.label ?? ''}
          onChange={({ target }) => choose(target.value)}
        >
          {shoppers.map(({ label, orders }) => (
            <option key={label} value={label}>
              {shopperText(label)}, {words('replay.orders', { n: orders.length })}
            </option>
          ))}
        </select>
      </label>
      <button
        type="submit"
        className="button"
        disabled={personalizer === null || shoppers.length === 0}
      >
        {words('signIn.go')}
      </button>
    </form>
  )
}

/** Shifts a shopper's year of orders so that it ends yesterday, because a device stores orders of the last 90 days. */
function untilYesterday({ label, orders }: PastShopper, now: number): PastOrder[] {
  const later = Math.floor((now - orders[orders.length - 1].time) / DAY - 1) * DAY
  return orders.map(({ time, items }) => ({
    id: `${label} ${time}`,
    time: time + later,
    items: items.map((item_id) => ({ item_id })),
  }))
}
