import { priceLift } from '@nearside/core/features/visitPrices.ts'
import { profileOf } from '@nearside/core/features/profile.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { load } from '@nearside/evaluate/load.ts'
import { prepareDevices } from '@nearside/evaluate/prepare.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'

const shop = 'data/online-retail'
const { input } = await load({ shop, model: process.argv[2] ?? 'public/models/1', protocol: 'personal', now: Date.now() })
const { model, statisticsAt } = prepareDevices(input, null) as any
const logPrice = input.model.statistics.logPrice
const SEEN = [2, 6]
const WEIGHTS = [0, 0.125, 0.25, 0.375, 0.5, 0.75, 1, 1.5, 2]
// variance components from training orders before until
let all: number[] = [], within = 0, wn = 0, means: number[] = [], invN = 0
for (const s of input.shoppers) {
  if (input.isHeldOut(s.id)) continue
  const bySession = new Map<string, Set<number>>()
  for (const one of s.interactions) if (one.time < input.until) (bySession.get(one.session) ?? bySession.set(one.session, new Set()).get(one.session)!).add(one.item)
  for (const items of bySession.values()) {
    if (items.size < 2) continue
    const xs = [...items].map((i) => logPrice[i]); const m = xs.reduce((a, b) => a + b) / xs.length
    all.push(...xs); within += xs.reduce((a, x) => a + (x - m) ** 2, 0); wn += xs.length - 1; means.push(m); invN += 1 / xs.length
  }
}
const m0 = all.reduce((a, b) => a + b) / all.length
const mm = means.reduce((a, b) => a + b) / means.length
const s2 = within / wn
const t2 = means.reduce((a, m) => a + (m - mm) ** 2, 0) / (means.length - 1) - s2 * invN / means.length
console.log({ m0, mm, s2, t2, orders: means.length })
function lift(xs: number[], kind: string) {
  const n = xs.length, mean = xs.reduce((a, b) => a + b) / n
  const prec = 1 / t2 + n / s2
  const post = (mm / t2 + (n * mean) / s2) / prec
  if (kind === 'normal') {
    const v = s2 + 1 / prec, v0 = s2 + t2
    return (x: number) => -0.5 * Math.log(v / v0) - (x - post) ** 2 / (2 * v) + (x - mm) ** 2 / (2 * v0)
  }
  // NIG: unknown own spread with 4 prior degrees of freedom
  const nu0 = 4, k0 = s2 / t2
  const kn = k0 + n, mn = (k0 * mm + n * mean) / kn, nu = nu0 + n
  const ss = xs.reduce((a, x) => a + (x - mean) ** 2, 0)
  const sn = (nu0 * s2 + ss + (k0 * n) / kn * (mean - mm) ** 2) / nu
  const st = (x: number, m: number, v: number, d: number) => -0.5 * Math.log(v) - ((d + 1) / 2) * Math.log1p((x - m) ** 2 / (v * d))
  return (x: number) => st(x, mn, sn * (1 + 1 / kn), nu) - st(x, mm, s2 * (1 + 1 / k0), nu0)
}
function rng(seed: number) { return () => ((seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32) }
const rand = rng(7)
type Row = { shopper: string; held: boolean; n: number; own: boolean; v: Record<string, number> ; narrow:number}
const rows: Row[] = []
let count = 0
for (const s of input.shoppers) {
  const held = input.isHeldOut(s.id)
  if (!held && rand() > 0.35) continue
  const bySession = new Map<string, Interaction[]>()
  for (const one of s.interactions) if (one.time >= input.until) (bySession.get(one.session) ?? bySession.set(one.session, []).get(one.session)!).push(one)
  for (const order of [...bySession.values()].slice(0, 3)) {
    const items = [...new Set(order.map((o) => o.item))]
    if (items.length < 8 || items.length > 60) continue
    // random looks
    for (let i = items.length - 1; i > 0; i--) { const j = Math.floor(rand() * (i + 1)); [items[i], items[j]] = [items[j], items[i]] }
    const time = order[0].time
    for (const n of SEEN) for (const own of [false, true]) {
      const past = own ? s.interactions.filter((o) => o.time < time) : []
      if (own && past.length === 0) continue
      const looks = items.slice(0, n)
      const history = [...past, ...looks.map((item, k) => ({ item, name: 'view_item', time: time - (n - k) * 30000, session: 'now' } as Interaction))]
      const m = { ...model, statistics: statisticsAt(time) }
      const full = scoreTerms(m, history, time).base; const pl = priceLift(m.statistics, profileOf(history, time))!; const base = full.map((x: number, i: number) => x - pl.of(i))
      const excluded = new Uint8Array(base.length); for (const i of looks) excluded[i] = 1
      const targets = items.slice(n)
      const v: Record<string, number> = {}
      const xs = looks.map((i) => logPrice[i])
      for (const kind of ['normal']) {
        const f = lift(xs, kind)
        for (const a of WEIGHTS) {
          const sc = a === 0 ? base : base.map((b: number, i: number) => b + a * pl.of(i))
          v[`${kind} ${a}`] = ndcg(placesOf(sc, targets, excluded), 10)
        }
      }
      const mean = xs.reduce((a, b) => a + b) / n
      rows.push({ shopper: s.id, held, n, own, v, narrow: mean })
    }
    count++
    if (count % 200 === 0) console.error(count)
  }
}
import { writeFileSync } from 'node:fs'
writeFileSync('/tmp/hmenus-rows.json', JSON.stringify(rows))
function boot(rows: Row[], key: string) {
  const by = new Map<string, Row[]>(); for (const r of rows) (by.get(r.shopper) ?? by.set(r.shopper, []).get(r.shopper)!).push(r)
  const ss = [...by.values()].map((o) => [o.reduce((a, r) => a + r.v[key], 0), o.reduce((a, r) => a + r.v['normal 0'], 0)])
  const lifts: number[] = []
  const r = rng(3)
  for (let b = 0; b < 1000; b++) { let x = 0, y = 0; for (let i = 0; i < ss.length; i++) { const p = ss[Math.floor(r() * ss.length)]; x += p[0]; y += p[1] } lifts.push(x / y - 1) }
  lifts.sort((a, b) => a - b)
  const x = ss.reduce((a, p) => a + p[0], 0), y = ss.reduce((a, p) => a + p[1], 0)
  return `${(100 * (x / y - 1)).toFixed(1)} [${(100 * lifts[25]).toFixed(1)}, ${(100 * lifts[974]).toFixed(1)}]`
}
for (const held of [false, true]) for (const n of SEEN) for (const own of [false, true]) {
  const some = rows.filter((r) => r.held === held && r.n === n && r.own === own)
  const base = some.reduce((a, r) => a + r.v['normal 0'], 0) / some.length
  console.log(held ? 'HELD' : 'train', n, 'looks', own ? 'with past' : 'empty store', some.length, 'cases', new Set(some.map((r) => r.shopper)).size, 'shoppers', base.toFixed(4))
  for (const kind of ['normal']) console.log('  ', kind, WEIGHTS.slice(1).map((a) => `${a}: ${boot(some, `${kind} ${a}`)}`).join('  '))
}
