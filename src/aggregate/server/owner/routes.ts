/** @module Routes of the owner's page: the page itself, which has no figures, and its answers, which need a token. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'
import { fromBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { releaseMessage } from '@nearside/core/model/release.ts'
import { type PublishedModel, readLatest } from '@nearside/train/models/read.ts'
import { readKeyFile } from '@nearside/train/models/sign.ts'
import { verify } from '../../privacy/signature.ts'
import { ROUTES } from '../../protocol/routes.ts'
import { hashOfToken, requireToken } from '../http.ts'
import type { LeaderAggregator } from '../leader.ts'
import type { RoundSummary } from '../store/records.ts'
import { type AnswerFile, type OwnerFacts, ownerCards } from './cards.ts'
import { OWNER_PAGE, OWNER_POLICY } from './page.ts'

export interface OwnerOptions {
  /** Folder with `token`, and with `measure.json` and `evaluate.json` once these commands have written them. */
  readonly folder: string
  readonly tokenHash: Uint8Array
  readonly models: string
  readonly operator: string
}

/** At least 32 characters, so that nobody can guess the token. */
const TOKEN = /^[\w+/=.-]{32,200}$/
/** Maximum size of `measure.json` or `evaluate.json`, in bytes. */
const MOST_BYTES = 16e6
const ROUNDS = 20

const words = z.string().max(1000)
const answerSchema = z.looseObject({
  answer: z.object({
    light: z.enum(['green', 'amber', 'red', 'grey']),
    answer: words,
    because: z.array(words).max(20),
    change: words,
  }),
  emptyStores: z.number().min(0).max(1).nullish(),
})

/**
 * Reads the folder's token once, when the server starts.
 * @throws NearsideError `input-invalid` for a token that is missing, short or readable by others
 */
export async function openOwner(
  folder: string,
  rest: Pick<OwnerOptions, 'models' | 'operator'>,
): Promise<OwnerOptions> {
  const file = join(folder, 'token')
  const token = (await readKeyFile(file)).trim()
  if (!TOKEN.test(token))
    throw new NearsideError(
      'input-invalid',
      `${file} is no token of 32 or more characters: create one with (umask 077; openssl rand -hex 32 > ${file})`,
    )
  return { ...rest, folder, tokenHash: hashOfToken(token) }
}

export function ownerRoutes(
  app: OpenAPIHono,
  leader: LeaderAggregator,
  { folder, tokenHash, models, operator }: OwnerOptions,
  now: () => number,
): void {
  app.get(ROUTES.ownerPage, (c) => {
    c.header('Content-Security-Policy', OWNER_POLICY)
    c.header('Referrer-Policy', 'no-referrer')
    return c.html(OWNER_PAGE)
  })
  app.get(ROUTES.owner, async (c) => {
    requireToken(c, tokenHash)
    const rounds = await leader.store.rounds(ROUNDS)
    const facts: OwnerFacts = {
      now: now(),
      model: await modelFacts(await readLatest(models), rounds),
      rounds,
      waitingFor: await leader.waitingFor(),
      lost: await leader.store.lost(),
      sales: await readAnswer(join(folder, 'measure.json')),
      evaluation: await readAnswer(join(folder, 'evaluate.json')),
    }
    return c.json({ operator, time: facts.now, cards: ownerCards(facts) })
  })
}

/** Verifies the signatures in `latest.json`. */
async function modelFacts(
  { version, hash, manifest, signed }: PublishedModel,
  rounds: readonly RoundSummary[],
): Promise<OwnerFacts['model']> {
  const { helper } = rounds[0]?.policy ?? {}
  const nameOf = (key: string) =>
    key === helper?.signing ? `${helper.operator} (helper)` : `the publisher’s key ${key}`
  const message = signed && releaseMessage({ version, manifest: hash, signed }, signed)
  const held = await Promise.all(
    (signed?.signatures ?? []).map(async ({ key, signature }) => ({
      key,
      isValid: await verify(fromBase64(key), signature, message ?? new Uint8Array()),
    })),
  )
  return {
    version,
    until: manifest.data.until.slice(0, 10),
    parent: manifest.parent,
    signed: signed
      ? {
          release: signed.release,
          expires: signed.expires,
          by: held.filter(({ isValid }) => isValid).map(({ key }) => nameOf(key)),
          isWhole: held.every(({ isValid }) => isValid),
        }
      : null,
  }
}

async function readAnswer(file: string): Promise<AnswerFile> {
  try {
    const { size, mtimeMs } = await stat(file)
    if (size > MOST_BYTES) return 'unreadable'
    const { answer, emptyStores } = answerSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    return { answer, emptyStores: emptyStores ?? null, written: mtimeMs }
  } catch (thrown) {
    return (thrown as { code?: string }).code === 'ENOENT' ? null : 'unreadable'
  }
}
