/** @module A storefront of two pages around the snippet that `nearside publish` wrote. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const PUBLISHED = 'site/page.html'
const SCRIPT = join(import.meta.dirname, 'shop.js')

export async function storefront(request, response, next) {
  if (request.path === '/shop.js') return response.sendFile(SCRIPT)
  if (!/^\/(product\/[\w-]+)?$/.test(request.path)) return next()
  const snippet = await readFile(PUBLISHED, 'utf8').catch(() => '')
  const [head, list] = snippet.split('<!-- Where the list shall stand -->')
  response.send(`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gifts</title><link rel="icon" href="data:,">
${head}
<script type="module" src="/shop.js"></script>
</head>
<body>
<header><a href="/">Gifts</a></header>
<nearside-search></nearside-search>
<main></main>
${list}
</body>
</html>`)
}
