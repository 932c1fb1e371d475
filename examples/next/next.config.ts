import type { NextConfig } from 'next'

const config: NextConfig = { reactStrictMode: true, cacheComponents: true }
export default config
