/** @module A product's picture in a box of fixed shape, so that nothing moves when it loads. */
import type { Item } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import { usePicture } from '../pictures.ts'

interface PictureProps {
  readonly item: Item
  /** Side of the square, pixels. */
  readonly size: number
  /** Alternative text; empty if the title is beside the picture. */
  readonly alt: string
  /** Whether the picture is on the first screen. */
  readonly early?: boolean
}

export function Picture({ item, size, alt, early = false }: PictureProps) {
  const { name, address } = usePicture(item, early)
  return (
    <span className="picture">
      {address && (
        <img
          src={address}
          data-picture={early ? name : undefined}
          width={size}
          height={size}
          alt={alt}
          decoding="async"
        />
      )}
      {address === null && (
        <span className="picture-letter" aria-hidden="true">
          {titleOf(item).charAt(0)}
        </span>
      )}
    </span>
  )
}
