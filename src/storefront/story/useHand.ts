/** @module Detects whether the shopper's hand is on a part of the page, because a target must not move. */
import { type FocusEvent, useMemo, useState } from 'react'

/** @returns the state, and props for the element */
export function useHand() {
  const [pointer, setPointer] = useState(false)
  const [focus, setFocus] = useState(false)
  const handlers = useMemo(
    () => ({
      // `pointerenter` also fires when the page appears under a resting pointer, so it isn't used.
      onPointerMove: () => setPointer(true),
      onPointerDown: () => setPointer(true),
      // First sign of a hand that was there before the page's script.
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
