/** @module Detects whether the shopper points at an element or focuses it, because such an element must not move. */
import { type FocusEvent, useMemo, useState } from 'react'

/** @returns whether the pointer or the focus is in the element, and the props that the element needs */
export function useHand() {
  const [pointer, setPointer] = useState(false)
  const [focus, setFocus] = useState(false)
  const handlers = useMemo(
    () => ({
      // `pointerenter` isn't used, because it also fires when the page appears under a resting pointer.
      onPointerMove: () => setPointer(true),
      onPointerDown: () => setPointer(true),
      // If the pointer was on the element before this script ran, a click can be the first event that shows that.
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
