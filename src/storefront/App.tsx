/** @module The shop's root component: shows what is loading, what failed, or the current page. */
import {
  startTransition,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { type CaptureInput, type Personalizer, withLive } from '../index.ts'
import { PersonalizationProvider } from '../react.ts'
import { whenIdle } from './breathe.ts'
import { type Catalog, createCatalog, loadCatalog, productPath } from './catalog.ts'
import { Frame } from './Frame.tsx'
import { type FirstPage, firstCatalog } from './firstPage.ts'
import { forgetTogether, repeatRefusal } from './forgetting.ts'
import { loadHistories } from './history.ts'
import { followKnown } from './known.ts'
import { bringLaterPages } from './later.tsx'
import { followForOffline } from './offline.ts'
import { followOutbox } from './outbox.ts'
import { Opening, Unreachable } from './parts/Opening.tsx'
import { loadPictures } from './pictures.ts'
import { showTypeface } from './preferences.ts'
import { firstAnswer, tryToWakeSearch } from './search/searchThread.ts'
import { type Shop, ShopContext } from './shop.ts'
import { createSignal, useSignal } from './signal.ts'
import { who } from './stored.ts'
import { noteAction } from './story/visit.ts'
import { useLoaded } from './useLoaded.ts'
import { followWho } from './who/follow.ts'
import { readLog } from './wire/requests.ts'
import { followWire, keepOffline } from './wire/wire.ts'
import { inUse, language } from './words/words.ts'

interface AppProps {
  /** The prerendered page on screen, if there is one. */
  readonly first: FirstPage | null
  readonly start: () => Promise<Personalizer>
}

export function App({ first, start }: AppProps) {
  const load = useCallback(
    async (signal: AbortSignal) => {
      // A prerendered page contains its own pictures. Pictures of other pages load later, so that they don't delay the
      // page's list.
      if (!first) void loadPictures()
      await firstAnswer()
      const catalog = await loadCatalog(first?.items, signal)
      if (first) void loadPictures()
      return catalog
    },
    [first],
  )
  const { value, failure, retry } = useLoaded(load, () => first && firstCatalog(first))
  // For German readers, `beforePaint.ts` hides the page's texts until German is loaded. From here on, texts show.
  useLayoutEffect(() => {
    delete document.documentElement.dataset.words
  }, [])
  if (failure !== null) return <Unreachable message={failure} onRetry={retry} />
  if (!value) return <Opening />
  return <OpenShop catalog={value} bestsellers={first?.bestsellers} start={start} />
}

/** The catalog with the shop's latest prices and stock, once the whole catalog has loaded; until then, as published. */
function useLiveCatalog(published: Catalog, personalizer: Personalizer | null): Catalog {
  const subscribe = useCallback(
    (listener: () => void) => personalizer?.subscribe(listener) ?? (() => {}),
    [personalizer],
  )
  const read = () => personalizer?.getSnapshot().live ?? null
  const live = useSyncExternalStore(subscribe, read, () => null)
  return useMemo(() => {
    if (!live || published.enoughFor !== null) return published
    return createCatalog(withLive(published.items, live), published.search)
  }, [published, live])
}

interface OpenShopProps {
  readonly catalog: Catalog
  readonly bestsellers: readonly string[] | undefined
  readonly start: AppProps['start']
}

function OpenShop({ catalog: published, bestsellers: ids, start }: OpenShopProps) {
  const [started, setStarted] = useState<Personalizer | null>(null)
  const catalog = useLiveCatalog(published, started)
  const [unavailable, setUnavailable] = useState(false)
  const waiting = useRef<CaptureInput[]>([])
  const current = useRef<Personalizer | null>(null)
  const [lastLooked] = useState(() => createSignal<string | null>(null))
  const [bestsellers] = useState(() => createSignal(ids))
  const known = useRef(catalog)
  // A new language changes texts everywhere, so all pages render again, with the same personalizer.
  const spoken = useSignal(language)
  const { locale, widgets } = inUse()
  useEffect(() => {
    known.current = catalog
  }, [catalog])

  useEffect(() => {
    let left = false
    const ended = new Set<() => void>()
    start().then(
      (result) => {
        if (left) return result.close()
        current.current = result
        followWho(result)
        followKnown(result)
        ended.add(who.subscribe(() => lastLooked.set(null)))
        void repeatRefusal(result)
        void readLog(result)
        ended.add(keepOffline(result))
        for (const event of waiting.current.splice(0)) void result.capture(event)
        const itemOf = (id: string) => known.current.get(id)
        const personalizer = forgetTogether(result, itemOf, lastLooked)
        startTransition(() => setStarted(personalizer))
      },
      (error: unknown) => {
        if (left) return
        // The personalizer failed, so the page shows everyone's list, which `beforePaint.ts` hid.
        delete document.documentElement.dataset.returning
        console.error(error)
        setUnavailable(true)
      },
    )
    return () => {
      left = true
      for (const end of ended) end()
      current.current?.close()
      current.current = null
    }
  }, [start, lastLooked])

  useEffect(() => {
    void followWire()
    return followOutbox()
  }, [])

  // The files for later pages load only now, because earlier they would delay the first list on a slow line or phone.
  const whole = catalog.enoughFor === null
  const open = whole && (started !== null || unavailable)
  useEffect(() => {
    if (!open) return
    whenIdle(() => void showTypeface(document.documentElement))
    whenIdle(() => void loadHistories())
    whenIdle(tryToWakeSearch)
    whenIdle(() => void bringLaterPages().then(followForOffline))
  }, [open])

  const capture = useCallback((event: CaptureInput) => {
    noteAction(event)
    if (current.current) void current.current.capture(event)
    else waiting.current.push(event)
  }, [])
  // Only browsers with WebMCP load the tools for agents, once the whole catalog is there.
  useEffect(() => {
    if (!started || !whole || !('modelContext' in document)) return
    const offered = import('./agents.ts').then(({ offerShopToAgents }) =>
      offerShopToAgents(started, () => known.current, capture),
    )
    return () => void offered.then((stop) => stop())
  }, [started, whole, capture])

  const shop = useMemo<Shop>(
    () => ({
      catalog,
      capture,
      unavailable,
      bestsellers,
      lastLooked,
    }),
    [catalog, capture, unavailable, bestsellers, lastLooked],
  )

  return (
    <ShopContext.Provider value={shop}>
      <PersonalizationProvider
        // Lists wait for the whole catalog, because they would have gaps without it. A search page doesn't wait,
        // because the search's answer contains its products.
        personalizer={whole || catalog.items.length === 0 ? started : null}
        items={published.items}
        linkTo={productPath}
        labels={widgets}
        locale={locale}
      >
        <Frame key={spoken} />
      </PersonalizationProvider>
    </ShopContext.Provider>
  )
}
