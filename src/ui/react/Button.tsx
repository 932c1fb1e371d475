/** @module The button and the switch that panel and console share. */
import type { ComponentPropsWithoutRef } from 'react'

export function Button(props: ComponentPropsWithoutRef<'button'>) {
  return <button type="button" className="ns-button" {...props} />
}

interface SwitchProps extends ComponentPropsWithoutRef<'button'> {
  readonly checked: boolean
}

export function Switch({ checked, ...props }: SwitchProps) {
  return (
    <button type="button" role="switch" className="ns-switch" aria-checked={checked} {...props} />
  )
}
