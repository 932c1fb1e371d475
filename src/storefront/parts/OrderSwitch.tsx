/**
 * @module Switch for the whole shop between personal ranking and the shop's own, which is the same for everybody.
 * Screen readers announce the change.
 */
import { useId, useState } from 'react'
import { type Order, order } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'

export function OrderSwitch() {
  const name = useId()
  const current = useSignal(order)
  const [said, setSaid] = useState('')
  function choose(next: Order) {
    order.set(next)
    setSaid(next === 'personal' ? words('header.on') : words('header.off'))
  }
  const choice = (value: Order, label: string) => (
    <label className={value === current ? 'on' : ''}>
      <input type="radio" name={name} checked={value === current} onChange={() => choose(value)} />
      {label}
    </label>
  )
  return (
    <>
      <fieldset className="order-switch">
        <legend className="visually-hidden">{words('header.order')}</legend>
        {choice('personal', words('forYou'))}
        {choice('base', words('header.everyones'))}
      </fieldset>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
