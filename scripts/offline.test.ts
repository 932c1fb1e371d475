import { expect, test } from 'vitest'
import { besideVault, offlineFiles } from './offline.ts'

const document =
  '<link rel="modulepreload" data-for="worker" href="/assets/worker-A.js"><script src="/assets/open-B.js"></script>'

const assets = new Map([
  ['open-B.js', 'import"./shop-C.js";import(`./Orders-D.js`)'],
  ['shop-C.js', 'import("./serve-X.js");new Worker(new URL("/assets/replayWorker-E.js"))'],
  ['Orders-D.js', 'import"./open-B.js"'],
  ['worker-A.js', 'import(`./choose-F.js`);import(`./contribute-G.js`)'],
  ['serve-X.js', 'import(`./choose-Y.js`)'],
  [
    'choose-F.js',
    'import"./problem-H.js";import(`./webgpuEngine-I.js`);import(`./wasmEngine-J.js`)',
  ],
  ['choose-Y.js', ''],
  ['problem-H.js', ''],
  ['webgpuEngine-I.js', ''],
  ['wasmEngine-J.js', ''],
  ['contribute-G.js', ''],
  [
    'replayWorker-E.js',
    'import"./problem-H.js";import(`./choose-L.js`);import(`./webgpuEngine-M.js`)',
  ],
  ['choose-L.js', ''],
  ['webgpuEngine-M.js', ''],
])

test('a shop’s offline files are those that its documents reach, except the code that contributes and the code for browsers without workers', () => {
  const paths = (...names: string[]) => names.map((name) => `/assets/${name}.js`)
  const { shop, embedded } = offlineFiles([document], assets)
  expect(shop).toEqual(paths('Orders-D', 'open-B', 'shop-C'))
  // The learning worker is in `embedded` (files for a shop without a vault), because a vault has its own worker.
  expect(embedded).toEqual(
    paths('choose-F', 'problem-H', 'wasmEngine-J', 'webgpuEngine-I', 'worker-A'),
  )
})

test('with a vault, the service worker caches no learning worker of the shop', () => {
  const release = { name: 'a', ...offlineFiles([document], assets) }
  const script = `/** Says. */\nconst RELEASE = ${JSON.stringify(release)}\nconst CACHE = 'a'\n`
  const changed = JSON.stringify({ ...release, embedded: [] })
  expect(besideVault(script)).toBe(script.replace(JSON.stringify(release), changed))
})

test('a style sheet’s font is an offline file', () => {
  const styled = new Map([
    ['style-A.css', '@font-face{src:url(/assets/font-B.woff2)format("woff2")}'],
    ['font-B.woff2', ''],
  ])
  expect(offlineFiles(['<link rel="stylesheet" href="/assets/style-A.css">'], styled).shop).toEqual(
    ['/assets/font-B.woff2', '/assets/style-A.css'],
  )
})

test('the offline files of fast-forward are its scripts and data, without the engines that it doesn’t use', () => {
  expect(offlineFiles([document], assets).replay).toEqual([
    '/assets/choose-L.js',
    '/assets/replayWorker-E.js',
    '/replay/new-shop.json',
    '/replay/shoppers.json',
  ])
})

test('a file that a document names but the build lacks is no offline file', () => {
  expect(offlineFiles(['"/assets/gone-Z.js"'], new Map())).toEqual({
    shop: [],
    embedded: [],
    replay: ['/replay/new-shop.json', '/replay/shoppers.json'],
  })
})
