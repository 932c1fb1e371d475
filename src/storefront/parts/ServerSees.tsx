/** @module What leaves the browser, in words that hold on every path (`e2e/unseen.spec.ts`). */

export function ServerSees() {
  return (
    <section className="reading" aria-labelledby="sees">
      <h2 id="sees">What the shop’s server sees</h2>
      <p>
        <strong>Ordinary requests</strong>, as any web server does: when you come and, until the
        shop is kept on this device, the address of each page that you load: the first one, a
        reload, another tab. Until then, the basket and other pages with scripts or data of their
        own may fetch them when you first go there; where your browser saves data, fast-forward does
        so later, too. Beyond that, what you look at, search for and choose is in no request: it is
        shown from files that are the same for everybody, all pictures among them. Once the shop is
        kept, some seconds into the first visit, pages are opened from here, and the server sees
        only that somebody has come. Where nothing can be kept (some private windows, a full disk, a
        reload with Shift), it goes on seeing the addresses of pages that you load. Searches and
        filters stand behind a “#” in the address, which browsers don’t send; a link made elsewhere
        that has them behind a “?” shows them to the server, if it is asked for that page.
      </p>
      <p>
        <strong>Recommendation files</strong>: the shop’s catalog and model, the same for everybody.
        Fetches by the recommender are counted in the log below.
      </p>
      <p>
        <strong>Shared updates</strong>: none, unless you ask to help the shop learn. Each is in the
        log below before it is sent.
      </p>
    </section>
  )
}
