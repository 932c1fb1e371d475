/** @module A button that acts while held, by pointer or key. For users who can only press, it toggles. */
import { type ReactNode, useEffect, useRef } from 'react'

interface HoldButtonProps {
  readonly held: boolean
  readonly onHold: (held: boolean) => void
  /** Hides it and keeps its room. */
  readonly hidden: boolean
  readonly children: ReactNode
}

/** Milliseconds that a short tap shows it, long enough to see. */
const GLANCE = 1400

export function HoldButton({ held, onHold, hidden, children }: HoldButtonProps) {
  const since = useRef<number | null>(null)
  const timer = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])

  function press(): void {
    clearTimeout(timer.current)
    timer.current = 0
    since.current ??= performance.now()
    onHold(true)
  }
  function release(): void {
    if (since.current === null) return
    const left = GLANCE - (performance.now() - since.current)
    since.current = null
    timer.current = window.setTimeout(
      () => {
        timer.current = 0
        onHold(false)
      },
      Math.max(0, left),
    )
  }

  return (
    <button
      type="button"
      className="hold"
      aria-pressed={held}
      data-hidden={hidden || undefined}
      onPointerDown={({ button, currentTarget, pointerId }) => {
        if (button !== 0) return
        currentTarget.setPointerCapture(pointerId)
        press()
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onBlur={release}
      onKeyDown={({ key, repeat }) => {
        if (!repeat && (key === ' ' || key === 'Enter')) press()
      }}
      onKeyUp={release}
      onContextMenu={(event) => event.preventDefault()}
      // A click without pointer or key comes from a screen reader or voice control.
      onClick={({ detail }) => {
        if (detail === 0 && since.current === null && timer.current === 0) onHold(!held)
      }}
    >
      {children}
    </button>
  )
}
