/** @module `/`: lists for this shopper, products like the last one viewed, departments, popular products. */
import { memo } from 'react'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { type Catalog, categoryPath, departmentText, productPath, titleOf } from '../catalog.ts'
import { DISTINCT, FOR_YOU, windowOf } from '../firstPage.ts'
import { Link } from '../parts/Link.tsx'
import { ShelfOutline } from '../parts/Outlines.tsx'
import { useTitle } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { Popular, Returning, Similar } from '../parts/shelves.tsx'
import { ViewedShelf } from '../parts/ViewedShelf.tsx'
import { order } from '../preferences.ts'
import { useBestsellers, useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { YourList } from '../story/YourList.tsx'
import { count } from '../text.ts'
import { words } from '../words/words.ts'

export function Home() {
  useTitle(words('home.title'))
  const { catalog } = useShop()
  const first = useBestsellers()
  const isPersonal = useSignal(order) === 'personal'
  return (
    <div className="page home">
      <Hero catalog={catalog} />
      <YourList first={first?.slice(0, FOR_YOU)} />
      <Returning of="again" />
      <Returning of="onYourMind" />
      <BecauseYouLooked />
      <ViewedShelf distinct={DISTINCT.viewed} />
      <DepartmentTiles catalog={catalog} />
      {/* With everyone's ranking, this shelf would be the same as the list above. */}
      {isPersonal && <Popular initialItems={first?.slice(FOR_YOU)} />}
      <Behind />
    </div>
  )
}

function BecauseYouLooked() {
  const looked = useLastLooked()
  const started = usePersonalizer() !== null
  const isPersonal = useSignal(order) === 'personal'
  if (!started) return <ShelfOutline />
  if (!looked || !isPersonal) return null
  return (
    <Similar
      item={looked.id}
      distinct={DISTINCT.similar}
      title={words('home.because', { title: titleOf(looked) })}
    />
  )
}

/**
 * The item last viewed in this visit; without one, the viewed item with the most influence on the lists; undefined
 * after an erasure.
 */
function useLastLooked() {
  const { catalog, lastLooked } = useShop()
  const { learned, events } = usePersonalization()
  if (events.count === 0) return undefined
  const id =
    lastLooked.get() ??
    learned.find((entry) => entry.kind === 'item' && entry.signal === 'viewed')?.name
  return id === undefined ? undefined : catalog.get(id)
}

const Hero = memo(function Hero({ catalog }: { readonly catalog: Catalog }) {
  const shown = windowOf(catalog)
  return (
    <section className="hero">
      <div className="hero-text">
        <h1 tabIndex={-1}>{words('home.heading')}</h1>
        <p>
          <span className="hero-range">{words('home.text')}</span> {words('home.learns')}{' '}
          <Link href="/play">{words('home.try')}</Link>
        </p>
      </div>
      <ul className="hero-pictures" aria-label={words('home.pictures')}>
        {shown.map((item) => (
          <li key={item.id}>
            <Link href={productPath(item)} aria-label={titleOf(item)}>
              <Picture item={item} size={160} alt="" early />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
})

const DepartmentTiles = memo(function DepartmentTiles({ catalog }: { readonly catalog: Catalog }) {
  return (
    <section aria-labelledby="departments-title">
      <h2 id="departments-title">{words('departments')}</h2>
      <ul className="tiles">
        {catalog.departments.map(({ name, size, face }) => (
          <li key={name}>
            <Link className="tile" href={categoryPath(name)}>
              <Picture item={face} size={96} alt="" />
              <span className="tile-name">{departmentText(name)}</span>
              <span className="tile-count">{words('products', { n: count(size) })}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
})

const ROOMS = [
  ['/play', 'play'],
  ['/side-by-side', 'sideBySide'],
  ['/fast-forward', 'fastForward'],
  ['/console', 'console'],
] as const

function Behind() {
  return (
    <section aria-labelledby="behind-title">
      <h2 id="behind-title">{words('home.behind')}</h2>
      <ul className="rooms">
        {ROOMS.map(([href, name]) => (
          <li key={href}>
            <Link className="room" href={href}>
              <span className="tile-name">{words(name)}</span>
              <span>{words(`home.${name}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
