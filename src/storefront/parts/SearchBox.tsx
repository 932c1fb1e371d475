/**
 * @module The search box of every page: empty, it offers last searches and departments; results change
 * as one types, Enter goes to them.
 */
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useChoices } from '../address.ts'
import { searchPath } from '../catalog.ts'
import { words } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { SearchOffers } from './SearchOffers.tsx'

export function SearchBox() {
  const [path, navigate] = useLocation()
  const [choices] = useChoices()
  const shown = path === '/search' ? (choices.get('q') ?? '') : ''
  const [text, setText] = useState(shown)
  const [active, setActive] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const offers = active && text === ''

  // Back, forward and links to other searches change the address under the box.
  useEffect(() => {
    if (document.activeElement !== input.current || shown === '') setText(shown)
  }, [shown])

  function go(query: string): void {
    setText(query)
    // One history entry per visit to the results, not one per letter.
    if (query.trim() !== '' || path === '/search')
      navigate(searchPath(query), { replace: path === '/search' })
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    go(text)
    leave()
  }

  function leave(): void {
    setActive(false)
    input.current?.blur()
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  }

  return (
    <search
      className="searchbox"
      onFocus={() => setActive(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setActive(false)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !offers) return
        input.current?.focus()
        setActive(false)
      }}
    >
      <form onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label={words.search.box}
          aria-description={offers ? words.search.keys : undefined}
          placeholder={words.search.box}
          autoComplete="off"
          enterKeyHint="search"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            // After Escape, too, an emptied box offers again.
            setActive(true)
            go(event.target.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            const first = document.querySelector<HTMLElement>(
              offers ? '.search-offers a' : '.suggestions a, main .grid a',
            )
            if (!first) return
            event.preventDefault()
            first.focus()
          }}
        />
      </form>
      {offers && <SearchOffers close={leave} back={() => input.current?.focus()} />}
    </search>
  )
}
