import { VendurePlugin } from '@vendure/core'
import express from 'express'

/** Serves the folder that `nearside publish --base /nearside/ --out site` writes. */
export class NearsidePlugin {}

VendurePlugin({
  compatibility: '^3.0.0',
  configuration(config) {
    const handler = express.static('site', { extensions: [] })
    config.apiOptions.middleware.push({ route: '/nearside', handler, beforeListen: true })
    return config
  },
})(NearsidePlugin)
