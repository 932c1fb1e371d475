/**
 * @module What the search box offers before a letter is typed: this shopper's last searches, as the
 * personalizer keeps and forgets them, and the departments. By arrow keys, so that Tab goes on.
 */
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { Personalizer } from '../../index.ts'
import { usePersonalizer } from '../../react.ts'
import { categoryPath, departmentText, searchPath } from '../catalog.ts'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'
import { Link } from './Link.tsx'

const SEARCHES = 5
const DEPARTMENTS = 6

interface SearchOffersProps {
  /** One was chosen. */
  readonly close: () => void
  /** Up from the first. */
  readonly back: () => void
}

export function SearchOffers({ close, back }: SearchOffersProps) {
  const { catalog } = useShop()
  const searches = useLastSearches(usePersonalizer())
  // Not the departments first, to be pushed down by what comes after.
  if (searches === null) return null

  const groups = [
    { title: words.search.recent, names: searches, pathOf: searchPath },
    {
      title: words.search.browse,
      names: catalog.departments.slice(0, DEPARTMENTS).map(({ name }) => name),
      pathOf: categoryPath,
    },
  ]

  function move(event: KeyboardEvent<HTMLElement>): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const links = [...event.currentTarget.querySelectorAll('a')]
    const next = links.indexOf(document.activeElement as HTMLAnchorElement) + step
    if (next < 0) back()
    else links[next]?.focus()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the links inside
    <div className="search-offers" onKeyDown={move}>
      {groups
        .filter(({ names }) => names.length > 0)
        .map(({ title, names, pathOf }) => (
          <section key={title} aria-label={title}>
            <p aria-hidden="true">{title}</p>
            <ul>
              {names.map((name) => (
                <li key={name}>
                  <Link href={pathOf(name)} tabIndex={-1} onClick={close}>
                    {departmentText(name)}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  )
}

/** Newest first, each once. */
function useLastSearches(personalizer: Personalizer | null): readonly string[] | null {
  const [searches, setSearches] = useState<readonly string[] | null>(null)
  useEffect(() => {
    let left = false
    personalizer?.events({ limit: 500 }).then(
      (events) => {
        if (left) return
        const asked = events.flatMap((event) => (event.query !== undefined ? [event.query] : []))
        setSearches([...new Set(asked)].slice(0, SEARCHES))
      },
      // Closed meanwhile: there is nothing to offer.
      () => setSearches([]),
    )
    return () => {
      left = true
    }
  }, [personalizer])
  return personalizer ? searches : []
}
