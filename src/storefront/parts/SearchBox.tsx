/** @module The search box of every page: results change as one types, Enter goes to them. */
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useChoices } from '../address.ts'
import { Icon } from './Icon.tsx'

export const searchPath = (query: string): string => `/search#${new URLSearchParams({ q: query })}`

export function SearchBox() {
  const [path, navigate] = useLocation()
  const [choices] = useChoices()
  const shown = path === '/search' ? (choices.get('q') ?? '') : ''
  const [text, setText] = useState(shown)
  const input = useRef<HTMLInputElement>(null)

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
    input.current?.blur()
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  }

  return (
    <search className="searchbox">
      <form onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label="Search products"
          placeholder="Search products"
          autoComplete="off"
          enterKeyHint="search"
          spellCheck={false}
          value={text}
          onChange={(event) => go(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            const first = document.querySelector<HTMLElement>('.suggestions a, main .grid a')
            if (!first) return
            event.preventDefault()
            first.focus()
          }}
        />
      </form>
    </search>
  )
}
