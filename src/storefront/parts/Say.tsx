/** @module Renders a message of `words/`: text in `*…*` becomes stressed text, and text in `[…]` a link to `href`. */
import { Link } from './Link.tsx'

interface SayProps {
  readonly text: string
  /** Target of the link. */
  readonly href?: string
}

export function Say({ text, href = '/' }: SayProps) {
  return text.split(/(\*[^*]+\*|\[[^\]]+\])/).map((part) => {
    const inner = part.slice(1, -1)
    if (/^\*.+\*$/.test(part)) return <strong key={part}>{inner}</strong>
    if (!/^\[.+\]$/.test(part)) return part
    return (
      <Link key={part} href={href}>
        {inner}
      </Link>
    )
  })
}
