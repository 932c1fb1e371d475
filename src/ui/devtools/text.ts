/** @module Formats the developer's panel's data as text. */
import type { ListQuery, Reason } from '@nearside/core/ranking/apiLists.ts'

type Part = string | Node

export function make(tag: string, ...parts: readonly Part[]): HTMLElement {
  const made = document.createElement(tag)
  made.append(...parts)
  return made
}

export const rounded = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`

/** Formats a reason: its kind and its details, such as `because tin viewed`. */
export const reasonText = ({ kind, ...about }: Reason) => [kind, ...Object.values(about)].join(' ')

export function queryText({ kind, options, ...about }: ListQuery): string {
  const subject = Object.values(about).map((one) =>
    typeof one === 'string' ? one : `${one.length} items`,
  )
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  const asked = given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')
  return [kind, ...subject, asked && `{ ${asked} }`].filter(Boolean).join(' ')
}
