/** @module The button, the switch and the row of a name–value list that panel and console share. */
import type { ComponentPropsWithoutRef, ReactNode } from 'react'

export function Button(props: ComponentPropsWithoutRef<'button'>) {
  return <button type="button" className="ns-button" {...props} />
}

export function Switch({
  checked,
  ...props
}: ComponentPropsWithoutRef<'button'> & { readonly checked: boolean }) {
  return (
    <button type="button" role="switch" className="ns-switch" aria-checked={checked} {...props} />
  )
}

/** One row of a name–value list; renders nothing without a value. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if ((children ?? '') === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
