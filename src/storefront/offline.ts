/**
 * @module Registers the service worker, so that the shop opens without a network after the first
 * visit. It begins to watch after that visit's files have passed, so it is told which they were.
 */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator)) return
  const start = async () => {
    try {
      await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`)
      const { active } = await navigator.serviceWorker.ready
      const seen = performance.getEntriesByType('resource').map((entry) => entry.name)
      const urls = seen.filter((url) => url.startsWith(location.origin))
      active?.postMessage({
        kind: 'keep',
        // Both documents, whichever this visit began with.
        urls: ['', 'shell.html', ...urls].map(
          (url) => new URL(url, location.origin + import.meta.env.BASE_URL).href,
        ),
      })
    } catch (error) {
      // The shop works without it; only the next visit needs a network.
      console.info('Offline use is not available:', error)
    }
  }
  // After the first lists are on screen: nothing of this may delay them.
  if (document.readyState === 'complete') void start()
  else addEventListener('load', () => void start(), { once: true })
}
