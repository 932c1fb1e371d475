/** @module The shop: what is loading, what failed, and which page is shown. */
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CaptureInput, Personalizer } from '../index.ts'
import { PersonalizationProvider } from '../react.ts'
import { whenIdle } from './breathe.ts'
import { type Catalogue, loadCatalogue, productPath } from './catalogue.ts'
import { Frame } from './Frame.tsx'
import { forgetTogether } from './forgetting.ts'
import { bringLaterPages } from './later.tsx'
import { Opening, Unreachable } from './parts/Opening.tsx'
import { type Started, startPersonalizer } from './personalizer.ts'
import { type Shop, ShopContext } from './shop.ts'

export function App() {
  const [catalogue, setCatalogue] = useState<Catalogue | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads again
  useEffect(() => {
    const abort = new AbortController()
    const open = (loaded: Catalogue) => {
      // In slices: a whole shop drawn at once would hold a slow phone for a third of a second.
      startTransition(() => setCatalogue(loaded))
      whenIdle(() => void loaded.search())
      whenIdle(() => void bringLaterPages())
    }
    loadCatalogue(abort.signal).then(open, (error: Error) => {
      if (!abort.signal.aborted) setFailure(error.message)
    })
    return () => abort.abort()
  }, [attempt])

  if (catalogue) return <OpenShop catalogue={catalogue} />
  if (failure === null) return <Opening />
  return (
    <Unreachable
      message={failure}
      onRetry={() => {
        setFailure(null)
        setAttempt(attempt + 1)
      }}
    />
  )
}

/** Of this visit only; what outlives it is the personalizer's to keep and to erase. */
function createLastLooked(): Shop['lastLooked'] {
  let looked: string | null = null
  return {
    get: () => looked,
    set: (id) => {
      looked = id
    },
  }
}

function OpenShop({ catalogue }: { readonly catalogue: Catalogue }) {
  const [started, setStarted] = useState<Started | null>(null)
  const [unavailable, setUnavailable] = useState<string | null>(null)
  const waiting = useRef<CaptureInput[]>([])
  const current = useRef<Personalizer | null>(null)
  const [lastLooked] = useState(createLastLooked)

  useEffect(() => {
    let left = false
    startPersonalizer().then(
      (result) => {
        if (left) return result.personalizer.close()
        current.current = result.personalizer
        for (const event of waiting.current.splice(0)) void result.personalizer.capture(event)
        const personalizer = forgetTogether(result.personalizer, catalogue, lastLooked)
        startTransition(() => setStarted({ ...result, personalizer }))
      },
      (error: unknown) => {
        const detail = error instanceof Error ? ` ${error.message}` : ''
        if (!left)
          setUnavailable(`Personal order could not start; the shop works without it.${detail}`)
      },
    )
    return () => {
      left = true
      current.current?.close()
      current.current = null
    }
  }, [catalogue, lastLooked])

  const capture = useCallback((event: CaptureInput) => {
    if (current.current) void current.current.capture(event)
    else waiting.current.push(event)
  }, [])
  const shop = useMemo<Shop>(
    () => ({
      catalogue,
      capture,
      unavailable,
      canContribute: started?.canContribute ?? false,
      lastLooked,
    }),
    [catalogue, capture, unavailable, started, lastLooked],
  )

  return (
    <ShopContext.Provider value={shop}>
      <PersonalizationProvider
        personalizer={started?.personalizer ?? null}
        items={catalogue.items}
        linkTo={productPath}
      >
        <Frame />
      </PersonalizationProvider>
    </ShopContext.Provider>
  )
}
