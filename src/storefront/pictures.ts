/**
 * @module Product pictures, all of them from one file. Asked for one by one, they would tell the
 * server what is on screen; the file is the same for everybody, whatever they look at.
 */
import type { Item } from '../index.ts'
import { loadLines } from './load.ts'
import { createSignal, useSignal } from './signal.ts'

/** As `scripts/images.ts` writes it: all pieces, then of each picture its file's name and its pieces' places. */
export type PackLine = string | readonly [name: string, ...places: number[]]

interface PicturePack {
  /** Lines of SVG; most are part of many pictures. */
  readonly pieces: string[]
  readonly pictures: Map<string, readonly number[]>
}

/** Null while it is on its way. */
const pack = createSignal<PicturePack | null>(null)
/** File name → address that asks nobody: what stands in the page already, and what was shown since. */
const addresses = new Map<string, string>()

/** Without them, products are shown by their first letters. */
export async function loadPictures(): Promise<void> {
  takePictures(await loadLines('catalog/pictures.json'))
}

export function takePictures(lines: readonly PackLine[]): void {
  const pieces: string[] = []
  const pictures = new Map<string, readonly number[]>()
  for (const line of lines)
    if (typeof line === 'string') pieces.push(line)
    else pictures.set(line[0], line.slice(1) as number[])
  pack.set({ pieces, pictures })
}

/** A page that was rendered beforehand brings its own. */
export function takeOverPictures(document: Document): void {
  for (const image of document.querySelectorAll<HTMLImageElement>('img[data-picture]'))
    addresses.set(image.dataset.picture ?? '', image.getAttribute('src') ?? '')
}

/**
 * Its file's name and its address: undefined while that is on its way, null where there is none.
 * @param early whether a page that is rendered beforehand holds it: what the first screen shows
 */
export function usePicture({ image = '' }: Item, early: boolean) {
  const name = image.slice(image.lastIndexOf('/') + 1)
  // Null as long as the rendered page is taken over, whatever has come meanwhile.
  const loaded = useSignal(pack)
  if (early || loaded) return { name, address: addresses.get(name) ?? draw(name, pack.get()) }
  return { name, address: undefined }
}

const percent = (sign: string) => `%${sign.charCodeAt(0).toString(16)}`

function draw(name: string, from: PicturePack | null): string | null | undefined {
  if (!from) return undefined
  const svg = from.pictures
    .get(name)
    ?.map((place) => from.pieces[place])
    .join('')
  if (svg === undefined) return null
  // Where pages are rendered, an address must hold the picture; in a browser each is read by itself.
  const address =
    typeof document === 'undefined'
      ? `data:image/svg+xml,${svg.replace(/["'#%<>]/g, percent)}`
      : URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  addresses.set(name, address)
  return address
}
