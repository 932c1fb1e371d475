/** @module Settings above the shopper's list (price, surprise, themes). Each change sorts the list again at once. */
import { useEffect, useId, useLayoutEffect, useMemo, useState } from 'react'
import type { Recommendation } from '../../index.ts'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { departmentText } from '../catalog.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { money } from '../text.ts'
import { words } from '../words/words.ts'
import { familiarOf, themesOf, usualPrice, wordsIn } from './traits.ts'
import { isNeutral, NEUTRAL, tuned } from './tuned.ts'
import { tuning } from './tuning.ts'

/** Number of products, from the top of the shopper's ranking, that settings can bring into the list. */
const POOL = 400

interface TuneProps {
  /** The list as the device ranks it, best first. */
  readonly own: readonly Recommendation[]
  /** Whether the settings are visible; if false, the list still follows them. */
  readonly open: boolean
  /** Gets the list as the settings sort it; null if the settings change nothing. */
  readonly onList: (list: readonly Recommendation[] | null) => void
}

export function Tune({ own, open, onList }: TuneProps) {
  const { catalog } = useShop()
  const settings = useSignal(tuning)
  const { learned } = usePersonalization()
  const pool = usePool(own)
  const familiar = useMemo(() => familiarOf(learned), [learned])
  const learnedPrice = useMemo(() => usualPrice(learned, catalog.get), [learned, catalog])
  const listed = useMemo(() => own.flatMap(({ id }) => catalog.get(id) ?? []), [own, catalog])
  const usual = learnedPrice ?? middlePrice(listed)
  const list = useMemo(() => {
    if (isNeutral(settings)) return null
    const traitsOf = ({ id }: Recommendation) => {
      const item = catalog.get(id) ?? { id }
      const { price, category = '' } = item
      return {
        price,
        familiar: familiar.get(category) ?? 0,
        themes: [category, ...wordsIn(item)],
      }
    }
    return tuned(pool, traitsOf, usual, settings)
      .slice(0, own.length)
      .map((one, place) => ({ ...one, rank: place + 1 }))
  }, [pool, own.length, usual, familiar, settings, catalog])
  useLayoutEffect(() => onList(list), [list, onList])
  useEffect(() => () => onList(null), [onList])
  const themes = useMemo(
    () => themesOf(listed, familiar, catalog.items, settings.themes),
    [listed, familiar, catalog, settings.themes],
  )
  if (!open) return null

  return (
    <div className="tune">
      <Slider
        name={words('tune.price')}
        value={Math.log(settings.price ?? usual)}
        least={Math.log(0.25)}
        most={Math.log(30)}
        text={
          settings.price !== null
            ? words('tune.around', { price: money(nice(settings.price)) })
            : learnedPrice === null
              ? words('tune.any')
              : words('tune.usual', { price: money(nice(usual)) })
        }
        onValue={(log) => tuning.set({ ...settings, price: Math.exp(log) })}
      />
      <Slider
        name={words('tune.surprise')}
        value={settings.surprise}
        least={-1}
        most={1}
        steps={20}
        text={words(
          settings.surprise === 0
            ? 'tune.asLearned'
            : settings.surprise < 0
              ? 'tune.familiar'
              : 'tune.surprising',
        )}
        onValue={(surprise) => tuning.set({ ...settings, surprise })}
      />
      {themes.length > 0 && (
        <ul className="tune-themes" aria-label={words('tune.themes')}>
          {themes.map((theme) => (
            <Theme key={theme} theme={theme} />
          ))}
        </ul>
      )}
      <button
        type="button"
        className="compare-toggle"
        disabled={isNeutral(settings)}
        onClick={() => tuning.set(NEUTRAL)}
      >
        {words('tune.reset')}
      </button>
    </div>
  )
}

/** Returns the list, and more products that the shopper's settings can bring into it. */
function usePool(own: readonly Recommendation[]): readonly Recommendation[] {
  const personalizer = usePersonalizer()
  const [more, setMore] = useState<readonly Recommendation[]>([])
  useEffect(() => {
    if (!personalizer || own.length === 0) return
    let left = false
    personalizer.recommend({ limit: POOL, diversify: false }).then(
      (list) => {
        if (!left) setMore(list)
      },
      // If more products can't be loaded, the settings sort only the products that the list already has.
      () => {},
    )
    return () => {
      left = true
    }
  }, [personalizer, own])
  return useMemo(() => {
    const ids = new Set(own.map(({ id }) => id))
    return [...own, ...more.filter(({ id }) => !ids.has(id))]
  }, [own, more])
}

function middlePrice(items: readonly { readonly price?: number }[]): number {
  const prices = items.flatMap(({ price }) => price ?? []).sort((a, b) => a - b)
  return prices[prices.length >> 1] || 1
}

/** Rounds a price as a person would. */
const nice = (price: number): number =>
  price < 2
    ? Math.round(price * 20) / 20
    : price < 10
      ? Math.round(price * 2) / 2
      : Math.round(price)

interface SliderProps {
  readonly name: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly steps?: number
  /** The setting's value in words. */
  readonly text: string
  readonly onValue: (value: number) => void
}

function Slider({ name, value, least, most, steps = 40, text, onValue }: SliderProps) {
  const id = useId()
  return (
    <div className="tune-slider">
      <label htmlFor={id}>{name}</label>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={(most - least) / steps}
        value={value}
        aria-valuetext={text}
        onChange={({ target }) => onValue(target.valueAsNumber)}
      />
      <span aria-hidden="true">{text}</span>
    </div>
  )
}

function Theme({ theme }: { readonly theme: string }) {
  const { catalog } = useShop()
  const settings = useSignal(tuning)
  const wanted = settings.themes[theme]
  const isDepartment = catalog.department(theme) !== undefined
  const name = isDepartment ? departmentText(theme) : theme
  function want(next: 'more' | 'less'): void {
    const { [theme]: before, ...others } = settings.themes
    tuning.set({
      ...settings,
      themes: before === next ? others : { ...others, [theme]: next },
    })
  }
  return (
    <li className="tune-theme" data-want={wanted} lang={isDepartment ? undefined : 'en-GB'}>
      <button
        type="button"
        aria-pressed={wanted === 'more'}
        aria-label={words('tune.more', { theme: name })}
        onClick={() => want('more')}
      >
        {name}
      </button>
      <button
        type="button"
        aria-pressed={wanted === 'less'}
        aria-label={words('tune.less', { theme: name })}
        onClick={() => want('less')}
      >
        ×
      </button>
    </li>
  )
}
