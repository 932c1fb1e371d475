/**
 * @module The search box of every page, a combobox: below it stand last searches and departments, or,
 * as one types, searches, departments and products. On the page of results, these change as one types.
 */
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useChoices } from '../address.ts'
import { searchPath } from '../catalog.ts'
import { type Offer, useOffers } from '../searchOffers.ts'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { OFFERS_ID, offerId, SearchOffers } from './SearchOffers.tsx'

export function SearchBox() {
  const [path, navigate] = useLocation()
  const [choices] = useChoices()
  const { capture } = useShop()
  const onResults = path === '/search'
  const shown = onResults ? (choices.get('q') ?? '') : ''
  const [text, setText] = useState(shown)
  const [active, setActive] = useState(false)
  /** Address of what the arrow keys have reached. */
  const [reached, setReached] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  // The page of results answers what is typed by itself.
  const offers = useOffers(active && !(onResults && text.trim() !== '') ? text : null)
  const all = offers?.groups.flatMap((group) => group.offers) ?? []
  const chosen = all.find(({ href }) => href === reached) ?? null

  // Back, forward and links to other searches change the address under the box.
  useEffect(() => {
    if (document.activeElement !== input.current || shown === '') setText(shown)
  }, [shown])

  function type(next: string): void {
    setText(next)
    setReached(null)
    // After Escape, too, a changed box offers again.
    setActive(true)
    // One history entry per visit to the results, not one per letter.
    if (onResults) navigate(searchPath(next), { replace: true })
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() !== '' || onResults) navigate(searchPath(text), { replace: onResults })
    leave()
  }

  function leave(): void {
    close()
    input.current?.blur()
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  }

  function close(): void {
    setActive(false)
    setReached(null)
  }

  function follow({ item }: Offer): void {
    if (item) capture({ name: 'select_item', item_id: item.id })
    setText(shown)
    leave()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && offers) {
      // Before the first and after the last comes the box itself.
      const places = all.length + 1
      const next = (all.indexOf(chosen as Offer) + 1 + step + places) % places
      setReached(all[next - 1]?.href ?? null)
    } else if (step === 1 && onResults) {
      document.querySelector<HTMLElement>('.suggestions a, main .grid a')?.focus()
    } else if (event.key === 'Enter' && chosen) {
      document.getElementById(offerId(chosen))?.click()
    } else if (event.key === 'Escape' && offers) {
      close()
    } else return
    event.preventDefault()
  }

  return (
    <search
      className="searchbox"
      onFocus={() => setActive(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) close()
      }}
    >
      <form onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          role="combobox"
          aria-label={words.search.box}
          aria-autocomplete="list"
          aria-expanded={offers !== null}
          aria-controls={offers ? OFFERS_ID : undefined}
          aria-activedescendant={chosen ? offerId(chosen) : undefined}
          placeholder={words.search.box}
          autoComplete="off"
          enterKeyHint="search"
          spellCheck={false}
          value={text}
          onClick={() => setActive(true)}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </form>
      {offers && <SearchOffers offers={offers} chosen={chosen} onFollow={follow} />}
    </search>
  )
}
