/** @module A row in the name–value lists of panel and console. */
import type { ReactNode } from 'react'

/** A name and its value; nothing if the value is empty. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if ((children ?? '') === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
