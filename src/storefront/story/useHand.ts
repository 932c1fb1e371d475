/** @module Whether somebody's hand is on a part of the page: what one is about to press must not move. */
import { type FocusEvent, useMemo, useState } from 'react'

/** @returns the state, and what to put on the element */
export function useHand() {
  const [pointer, setPointer] = useState(false)
  const [focus, setFocus] = useState(false)
  const handlers = useMemo(
    () => ({
      // Not `pointerenter`: that the page came up under a pointer at rest is nobody's doing.
      onPointerMove: () => setPointer(true),
      onPointerDown: () => setPointer(true),
      // The first that is noticed of a hand that was there before the page's script.
      onClickCapture: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onPointerCancel: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        setFocus(currentTarget.contains(relatedTarget)),
    }),
    [],
  )
  return [pointer || focus, handlers] as const
}
