/**
 * @module Product pictures. All pictures come from one file that is the same for everybody, because separate requests
 * would tell the server which products are on screen.
 */
import { useEffect, useState } from 'react'
import type { Item } from '../index.ts'
import { breathe, rest } from './breathe.ts'
import { loadLines } from './load.ts'
import { type PackLine, type PicturePack, svgOf, unpack } from './picturePack.ts'
import { createSignal, useSignal } from './signal.ts'

/** Content of the file with all pictures (the pack); null while it loads. */
const pack = createSignal<PicturePack | null>(null)
/**
 * Address of each picture shown so far, by file name. The browser made these addresses, so they cause no request. Null
 * if there is no such picture.
 */
const addresses = new Map<string, string | null>()

/** Loads the pack of all pictures. Until then, products without a picture show their first letters. */
export async function loadPictures(): Promise<void> {
  takePictures(await loadLines('catalog/pictures.json'))
}

export function takePictures(lines: readonly PackLine[]): void {
  pack.set(unpack(lines))
}

/** Registers the pictures that a prerendered page contains. */
export function takeOverPictures(document: Document): void {
  for (const image of document.querySelectorAll<HTMLImageElement>('img[data-picture]'))
    addresses.set(image.dataset.picture ?? '', image.getAttribute('src') ?? '')
}

/**
 * File name and address of a picture. The address is undefined while the picture loads, null if there is none. A slow
 * phone takes milliseconds to create and decode each picture, so a list shows its texts first.
 * @param early whether the picture is on the first screen, whose pictures a prerendered page contains
 */
export function usePicture({ image = '' }: Item, early: boolean) {
  const name = image.slice(image.lastIndexOf('/') + 1)
  // During hydration `loaded` is null as in the prerendered page, even if the file of all pictures has loaded by then.
  const loaded = useSignal(pack)
  const [, redraw] = useState(0)
  const known = addresses.get(name)
  const waits = loaded !== null && known === undefined
  useEffect(() => {
    if (!waits) return
    let left = false
    const turn = early ? breathe() : rest()
    turn.then(() => {
      if (left) return
      draw(name)
      redraw((times) => times + 1)
    })
    return () => {
      left = true
    }
  }, [name, waits, early])
  if (early) return { name, address: known ?? drawBeforehand(name) }
  return { name, address: loaded ? known : undefined }
}

const percent = (sign: string) => `%${sign.charCodeAt(0).toString(16)}`

/** Address of a picture while prerendering; it contains the picture itself. */
function drawBeforehand(name: string): string | null | undefined {
  if (typeof document !== 'undefined') return undefined
  const svg = fromPack(name)
  return svg && `data:image/svg+xml,${svg.replace(/["'#%<>]/g, percent)}`
}

function draw(name: string): void {
  const svg = fromPack(name)
  if (svg !== undefined) takePicture(name, svg)
}

/** Creates a `blob:` address for a picture, so that the browser can decode this picture alone. */
export function takePicture(name: string, svg: string | null): void {
  if (addresses.has(name)) return
  const blob = svg && new Blob([svg], { type: 'image/svg+xml' })
  addresses.set(name, blob && URL.createObjectURL(blob))
}

/** SVG of a picture; undefined while the pack loads, null if there is none. */
function fromPack(name: string): string | null | undefined {
  const from = pack.get()
  return from ? svgOf(from, name) : undefined
}
