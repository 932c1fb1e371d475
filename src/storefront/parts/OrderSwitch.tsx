/** @module Personal or shop order, for the whole shop; the change is said aloud. */
import { useState } from 'react'
import { order } from '../preferences.ts'
import { useSignal } from '../signal.ts'

export function OrderSwitch() {
  const current = useSignal(order)
  const [said, setSaid] = useState('')
  const personal = current === 'personal'
  function toggle() {
    order.set(personal ? 'base' : 'personal')
    setSaid(
      personal
        ? 'Shop order: everybody sees the same list.'
        : 'For you: sorted on this device by what you looked at and bought.',
    )
  }
  return (
    <>
      <button
        type="button"
        role="switch"
        aria-checked={personal}
        aria-label="Personal order"
        className="order-switch"
        onClick={toggle}
      >
        <span className={personal ? 'on' : ''}>For you</span>
        <span className={personal ? '' : 'on'}>Shop order</span>
      </button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
