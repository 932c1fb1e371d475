/** @module Report of `nearside inspect`: what a model learned, from which data, and the size of its files. */

import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import {
  type FeatureRecord,
  isFromCatalog,
  type ModelManifest,
} from '@nearside/core/model/manifest.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { describeBase } from '../describeBase.ts'
import { count, fixed, share } from './numbers.ts'
import { type Part, type Report, tableOf } from './report.ts'

interface Inspected {
  readonly model: BaseModel
  /** SHA-256 of the manifest, hex. */
  readonly hash: string
  /** Signature and release of the model, in words; null if unknown. */
  readonly release: string | null
  readonly titleOf: (id: string) => string | undefined
}

/** Maximum number of bestsellers shown. */
const MOST_ITEMS = 15
/** Maximum number of items shown beside each bestseller. */
const MOST_NEIGHBOURS = 3

export function modelReport(inspected: Inspected): Report {
  const { manifest } = inspected.model
  return {
    title: `Model ${manifest.version} of ${manifest.shop}`,
    lead: [
      isFromCatalog(inspected.model)
        ? `${count(manifest.items)} items, made without a log on ${formatDay(Date.parse(manifest.data.until))}`
        : `${count(manifest.items)} items, trained on ${formatDay(Date.parse(manifest.data.from))} to ${formatDay(Date.parse(manifest.data.to))}; ${count(manifest.holdout.shoppers)} shoppers held out`,
      'What stands here is read from the model’s files, each checked by its SHA-256',
    ],
    parts: [
      origin(inspected),
      downloads(inspected.model),
      features(
        'What decides: the weight of one standard deviation, in log-odds',
        manifest.features,
      ),
      ...(manifest.contextFeatures
        ? [features('What the moment decides (hour, weekday, offers …)', manifest.contextFeatures)]
        : []),
      bestsellers(inspected),
      measured(manifest.metrics),
    ],
    notes: [describeBase(inspected.model)],
  }
}

function origin({ model: { manifest }, hash, release }: Inspected): Part {
  const { version, shop, data, seed, holdout } = manifest
  const whom =
    holdout.fraction > 0
      ? `a share of ${share(holdout.fraction)}`
      : 'the shoppers that a file lists'
  return {
    title: 'Where it comes from',
    table: {
      columns: ['what', 'value'],
      rows: [
        ['version', version],
        ['SHA-256 of its manifest', hash],
        ['shop', shop],
        ['data until', formatDay(Date.parse(data.until))],
        ['made by', madeBy(manifest)],
        [
          'held out',
          holdout.shoppers > 0 ? `${count(holdout.shoppers)} shoppers, ${whom}` : 'nobody',
        ],
        ['seed', String(seed)],
        ['release', release ?? 'not signed'],
      ],
      prose: true,
    },
  }
}

function madeBy({ parent, update, source }: ModelManifest): string {
  if (parent !== null) return `a round of contributions to version ${parent}`
  if (source === 'catalog') return 'a catalog alone, with weights that other shops taught'
  return update ? `an update of version ${update.from}: ${update.did}` : 'a training in full'
}

function downloads(model: BaseModel): Part {
  const { manifest } = model
  const files = manifest.files.toSorted((a, b) => b.bytes - a.bytes)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const kilobytes = (bytes: number) => Math.round(bytes / 1000)
  return {
    title:
      'Size of the files, before compression, that each device downloads once and keeps in memory while the shop is open, in kB',
    table: {
      columns: ['file', 'kB', 'share'],
      rows: [
        ...files.map(({ name, bytes }) => [name, count(kilobytes(bytes)), share(bytes / total)]),
        ['all', count(kilobytes(total)), share(1)],
        ['tables in memory', count(kilobytes(tableBytes(model))), ''],
      ],
    },
  }
}

/** Bytes of all typed arrays in a value. */
function tableBytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + tableBytes(part), 0)
}

/** Sorts the features: kept ones first, then by the size of their weight. */
function features(title: string, records: readonly FeatureRecord[]): Part {
  const size = ({ weight }: FeatureRecord) => Math.abs(weight)
  const sorted = records.toSorted((a, b) => Number(b.kept) - Number(a.kept) || size(b) - size(a))
  const columns = {
    feature: ({ name }: FeatureRecord) => name,
    weight: ({ kept, weight }: FeatureRecord) => (kept ? fixed(weight, 3) : ''),
    kept: ({ kept }: FeatureRecord) => (kept ? 'yes' : 'no'),
    why: ({ reason }: FeatureRecord) => reason,
  }
  return { title, table: tableOf(sorted, columns, true) }
}

/** Bestsellers, which are roughly a new shopper's list, and the items that shoppers buy with each of them. */
function bestsellers({ model, titleOf }: Inspected): Part {
  const { itemIds, statistics } = model
  const { popularity30, neighboursPerItem: most, neighbourItems, neighbourWeights } = statistics
  const nameOf = (row: number) => titleOf(itemIds[row]) ?? itemIds[row]
  const rows = [...itemIds.keys()]
    .sort((a, b) => popularity30[b] - popularity30[a])
    .slice(0, MOST_ITEMS)
  const neighboursOf = (row: number) =>
    Array.from({ length: Math.min(most, MOST_NEIGHBOURS) }, (_, k) => row * most + k)
      .filter((at) => neighbourWeights[at] > 0)
      .map((at) => nameOf(neighbourItems[at]))
  return {
    title: 'What sold most in the last 30 days, and what goes with it',
    table: tableOf(
      rows,
      {
        item: nameOf,
        shoppers: (row) => count(Math.expm1(popularity30[row])),
        'goes with': (row) => neighboursOf(row).join('; '),
      },
      true,
    ),
  }
}

function measured(metrics: Readonly<Record<string, number>>): Part {
  return {
    title: 'What training measured',
    table: tableOf(Object.entries(metrics), {
      figure: ([name]) => name,
      value: ([, value]) => (Number.isInteger(value) ? count(value) : fixed(value, 4)),
    }),
  }
}
