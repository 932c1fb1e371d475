/** @module Writes into a new model's manifest how the model was made: data, hold-out, features and measurements. */
import { createHash } from 'node:crypto'
import { mainCurrency } from '@nearside/core/catalog/currency.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import {
  type FeatureRecord,
  MANIFEST_FORMAT,
  type ModelFile,
  type ModelManifest,
} from '@nearside/core/model/manifest.ts'
import type { Shop } from './shop/shop.ts'
import type { Split } from './split.ts'

/** Version number used until the model is published. */
const UNPUBLISHED = '0'

interface Making {
  readonly seed: number
  readonly shop: Pick<Shop, 'name' | 'items'>
  readonly split: Pick<Split, 'from' | 'to' | 'until' | 'heldOut'>
  /** Share of shoppers held out; 0 if no shoppers are held out, or if a file names them. */
  readonly heldOutShare: number
  /** From `hashOfHeldOut`. */
  readonly heldOutHash: { readonly hash?: string }
  /** Records of the fixed features, then those of the context features. */
  readonly records: readonly FeatureRecord[]
  readonly hasContext: boolean
  readonly report: Report | null
  readonly metrics: ModelManifest['metrics']
}

/** Report that training writes beside a model, as JSON; the manifest holds its hash. */
interface Report {
  readonly described: ModelFile
  readonly bytes: Uint8Array<ArrayBuffer>
}

export function describeReport(name: string, content: unknown): Report {
  const bytes = new TextEncoder().encode(`${JSON.stringify(content, rounded, 1)}\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { described: { name, bytes: bytes.length, sha256 }, bytes }
}

/** Rounds numbers to six digits, because no figure of a report is more accurate. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}

/** Makes the manifest of a model without a parent; `writeBaseModel` adds the list of files. */
export function describeModel(making: Making): ModelManifest {
  const { seed, shop, split, heldOutShare, heldOutHash, records, hasContext, report, metrics } =
    making
  const currency = mainCurrency(shop.items)
  return {
    format: MANIFEST_FORMAT,
    version: UNPUBLISHED,
    parent: null,
    shop: shop.name,
    items: shop.items.length,
    dimension: DIMENSION,
    features: records.slice(0, FEATURE_COUNT),
    ...(hasContext ? { contextFeatures: records.slice(FEATURE_COUNT) } : {}),
    files: [],
    data: {
      from: new Date(split.from).toISOString(),
      to: new Date(split.to).toISOString(),
      until: new Date(split.until).toISOString(),
    },
    seed,
    holdout: {
      fraction: heldOutShare,
      shoppers: split.heldOut,
      ...heldOutHash,
    },
    ...(currency && { currency }),
    ...(report && { reports: [report.described] }),
    metrics,
  }
}
