/**
 * @module Writes configuration files that tell a web server which files of a published folder may be cached forever.
 */

/** Cache-Control of changing files: browsers ask again at each visit; an unchanged file costs few bytes. */
const REVALIDATE = 'no-cache'
/** Cache-Control of files that never change under their name. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/**
 * Content-Security-Policy of the worker, which the page's policy doesn't cover. The worker may send requests to this
 * server only.
 */
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

interface Folder {
  /** Path at which the folder will be served, with a slash at both ends. */
  readonly base: string
  /** Names of all model versions in the folder, and of the folders of tails (less popular products). */
  readonly versions: readonly string[]
  /** Files that change under a fixed name, by their path in the folder. */
  readonly changing: readonly string[]
  /** Path of the library's scripts in the folder; absent if the folder does not contain the scripts. */
  readonly scripts?: string
}

/** Whether a folder has catalog rows of less popular products (tail), whose prices change. */
const hasLines = (name: string) => /^tail-.*-catalog$/.test(name)

/** `_headers` file for Netlify and Cloudflare Pages. These apply all matching rules, so each path matches only one. */
export function headersFile({ base, versions, changing, scripts }: Folder): string {
  const rule = (path: string, headers: Readonly<Record<string, string>>) =>
    [
      `${base}${path}`,
      ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    ].join('\n')
  return [
    ...changing.map((name) => rule(name, { 'Cache-Control': REVALIDATE })),
    ...versions.map((version) =>
      rule(`models/${version}/*`, { 'Cache-Control': hasLines(version) ? REVALIDATE : FOR_EVER }),
    ),
    ...(scripts === undefined
      ? []
      : [
          rule(`${scripts}/*`, {
            'Cache-Control': FOR_EVER,
            'Content-Security-Policy': WORKER_POLICY,
          }),
        ]),
    '',
  ].join('\n')
}

/** Configuration to include in nginx's `server { … }`. Brotli is commented out: nginx has only gzip built in. */
export function nginxFile({ base, changing, scripts, versions }: Folder): string {
  const exact = changing.map(
    (name) => `location = ${base}${name} {
  gzip_static on;
  # brotli_static on;
  add_header Cache-Control "${REVALIDATE}";
}`,
  )
  const folder = (path: string, more = '', control = FOR_EVER) => `location ^~ ${base}${path} {
  gzip_static on;
  # brotli_static on;
  add_header Cache-Control "${control}";${more}
}`
  const policy = `\n  add_header Content-Security-Policy "${WORKER_POLICY}";`
  return `${[
    ...exact,
    folder('models/'),
    ...versions.filter(hasLines).map((name) => folder(`models/${name}/`, '', REVALIDATE)),
    ...(scripts === undefined ? [] : [folder(`${scripts}/`, policy)]),
  ].join('\n')}\n`
}
