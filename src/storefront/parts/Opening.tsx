/** @module The page before the catalog has loaded: the shop's empty frame, or the reason why the shop can't open. */
import { words } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { Outlines } from './Outlines.tsx'
import { SHOP_NAME } from './Page.tsx'

function Sign() {
  return (
    <header className="header">
      <div className="header-row">
        <span className="brand">
          <Icon name="leaf" />
          <span>{SHOP_NAME}</span>
        </span>
      </div>
    </header>
  )
}

export function Opening() {
  return (
    <>
      <Sign />
      <main id="main" aria-busy="true">
        <Outline />
      </main>
    </>
  )
}

/** A page whose products are still loading. */
export function Outline() {
  return (
    <>
      <p className="visually-hidden" role="status">
        {words('load.opening')}
      </p>
      <div className="page">
        <div className="opening-hero" />
        <ul className="grid">
          <Outlines count={8} />
        </ul>
      </div>
    </>
  )
}

interface UnreachableProps {
  readonly message: string
  readonly onRetry: () => void
}

export function Unreachable({ message, onRetry }: UnreachableProps) {
  return (
    <>
      <Sign />
      <main id="main">
        <div className="page">
          <h1>{words('load.closed')}</h1>
          <p role="alert">{message}</p>
          <p>
            <button type="button" className="button button-strong" onClick={onRetry}>
              {words('tryAgain')}
            </button>
          </p>
        </div>
      </main>
    </>
  )
}
