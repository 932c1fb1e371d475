/** @module A product's picture in a box of fixed shape, so that nothing moves when it arrives. */
import { useState } from 'react'
import type { Item } from '../../index.ts'
import { titleOf } from '../catalogue.ts'

interface PictureProps {
  readonly item: Item
  /** Pixels of the square. */
  readonly size: number
  /** Empty where the title stands right beside it. */
  readonly alt: string
  readonly eager?: boolean
}

export function Picture({ item, size, alt, eager = false }: PictureProps) {
  const [broken, setBroken] = useState(false)
  return (
    <span className="picture">
      {item.image && !broken ? (
        <img
          src={item.image}
          width={size}
          height={size}
          alt={alt}
          loading={eager ? 'eager' : 'lazy'}
          decoding="async"
          onError={() => setBroken(true)}
        />
      ) : (
        <span className="picture-letter" aria-hidden="true">
          {titleOf(item).charAt(0)}
        </span>
      )}
    </span>
  )
}
