/** @module Switches the whole shop between personal and shop order, and announces the change. */
import { useState } from 'react'
import { order } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'

export function OrderSwitch() {
  const current = useSignal(order)
  const [said, setSaid] = useState('')
  const personal = current === 'personal'
  function toggle() {
    order.set(personal ? 'base' : 'personal')
    setSaid(personal ? words('header.off') : words('header.on'))
  }
  return (
    <>
      <button
        type="button"
        role="switch"
        aria-checked={personal}
        aria-label={words('header.personalisation')}
        className="order-switch"
        onClick={toggle}
      >
        <span className={personal ? 'on' : ''}>{words('forYou')}</span>
        <span className={personal ? '' : 'on'}>{words('header.everyones')}</span>
      </button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
