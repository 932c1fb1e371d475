/** @module The button that panel and console have in common. */
import type { ComponentPropsWithoutRef } from 'react'

export function Button(props: ComponentPropsWithoutRef<'button'>) {
  return <button type="button" className="ns-button" {...props} />
}
