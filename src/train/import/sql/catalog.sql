-- Makes the table product from the rows of a product file (raw_catalog). In files of Shopify and
-- WooCommerce (variable inherits), variants and extra rows inherit missing fields from their product: in
-- Shopify they share its handle, in WooCommerce they name their parent. In other files, "group" only links
-- variants. Other variables: use_number (the log names products by "number"), price_comma, currency,
-- date_order, now (milliseconds).

CREATE OR REPLACE MACRO plain_text(html) AS trim(regexp_replace(replace(replace(replace(replace(replace(
  regexp_replace(html, '<[^>]*>|&nbsp;', ' ', 'g'),
  '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'), '\s+', ' ', 'g'));

-- `Home > Kitchen > Mugs` gives the department Kitchen. A number of Google's taxonomy gives none.
CREATE OR REPLACE MACRO department(path) AS CASE
  WHEN path = '' OR (getvariable('google_category') AND regexp_full_match(path, '\d+')) THEN NULL
  ELSE trim(string_split(path, ' > ')[least(2, len(string_split(path, ' > ')))]) END;

-- schema.org writes its terms as URLs.
CREATE OR REPLACE MACRO answer(text) AS lower(regexp_replace(text, '^https?://schema\.org/', ''));
CREATE OR REPLACE MACRO says_yes(text) AS regexp_full_match(answer(text),
  'true|yes|y|1|in[ _]?stock|available|published|active|limitedavailability|onlineonly|instoreonly|pre[ _]?order|back[ _]?order|backorder|ja|auf lager|lieferbar|verfügbar');
CREATE OR REPLACE MACRO says_no(text) AS regexp_full_match(answer(text),
  'false|no|n|0|-1|out[ _]?of[ _]?stock|unavailable|discontinued|sold[ _]?out|nein|nicht (auf lager|lieferbar|verfügbar)');

-- Hidden products. WooCommerce writes -1 for a draft, 0 for a private product.
CREATE OR REPLACE MACRO is_hidden(state, shown, visibility) AS
  regexp_full_match(lower(state), 'draft|archived|unlisted|trash|private|hidden|inactive')
  OR says_no(shown) OR lower(visibility) = 'hidden';

-- Start or end of a sale, milliseconds. A bare date is a day in the shop's time zone; `days` is 1 for the end.
CREATE OR REPLACE MACRO sale_moment(text, days) AS CASE
  WHEN is_day(text) THEN epoch_ms(TRY_CAST(strftime(
    make_timestamp_ms(instant(text) + days * 86400000), '%Y-%m-%d 00:00:00') AS TIMESTAMPTZ))
  ELSE instant(text) END;
CREATE OR REPLACE MACRO iso_time(milliseconds) AS
  strftime(make_timestamp_ms(milliseconds), '%Y-%m-%dT%H:%M:%SZ');

-- Whether a product has a second price, in the currency of the first.
CREATE OR REPLACE MACRO is_comparable(text, price) AS
  text <> '' AND coalesce(currency_of(text) = currency_of(price), true);

CREATE OR REPLACE TEMP TABLE parent AS
WITH keyed AS (
  SELECT "group" AS key, * FROM raw_catalog
  WHERE getvariable('inherits') AND kind = '' AND "group" <> '' AND title <> ''
  UNION ALL SELECT 'id:' || number AS key, * FROM raw_catalog WHERE kind <> '' AND number <> ''
  UNION ALL SELECT item AS key, * FROM raw_catalog WHERE kind <> '' AND item <> '')
SELECT * FROM keyed QUALIFY row_number() OVER (PARTITION BY key ORDER BY n) = 1;

CREATE OR REPLACE TEMP TABLE read_product AS
WITH filled AS (
  SELECT own.*,
    coalesce(nullif(own.title, ''), of.title, '') AS name,
    nullif(regexp_replace(own.options, '^Default Title$', ''), '') AS variant,
    coalesce(nullif(own.category, ''), of.category, '') AS path,
    coalesce(nullif(own.brand, ''), of.brand) AS maker,
    coalesce(nullif(own.description, ''), of.description, '') AS about,
    coalesce(nullif(own.image, ''), of.image) AS picture,
    coalesce(nullif(own.url, ''), of.url) AS page,
    coalesce(nullif(own.rating, ''), of.rating, '') AS stars,
    coalesce(nullif(own.reviews, ''), of.reviews, '') AS votes,
    coalesce(nullif(own.badge, ''), of.badge, '') AS label,
    coalesce(nullif(own.status, ''), of.status, '') AS state,
    coalesce(nullif(own.published, ''), of.published, '') AS shown,
    -- Every variant of a hidden product is hidden, whatever its own row says.
    is_hidden(own.status, own.published, own.visibility)
      OR coalesce(is_hidden(of.status, of.published, of.visibility), false) AS unpublished,
    coalesce(nullif(own.price, ''), own.sale) AS asked,
    -- saleDates is `start/end`; a text without a slash serves as both.
    coalesce(nullif(own.saleStarts, ''), string_split(own.saleDates, '/')[1], '') AS starts,
    coalesce(nullif(own.saleEnds, ''), string_split(own.saleDates, '/')[2], own.saleDates) AS ends,
    coalesce(nullif(own.added, ''), of.added, '') AS arrival,
    nullif(CASE WHEN own.kind = '' OR of.n IS NULL THEN own."group"
      WHEN of.item = '' OR (getvariable('use_number') AND of.number <> '') THEN of.number
      ELSE of.item END, '') AS family,
    of.item AS parent_item, of.number AS parent_number
  FROM raw_catalog AS own LEFT JOIN parent AS of ON own."group" = of.key AND of.n <> own.n),
named AS (
  SELECT *,
    CASE WHEN price <> '' THEN amount(price, getvariable('price_comma')) END AS usual,
    CASE WHEN is_comparable(sale, price) THEN amount(sale, getvariable('price_comma')) END AS reduced,
    CASE WHEN is_comparable(regularPrice, price) THEN amount(regularPrice, getvariable('price_comma')) END AS struck,
    -- A sale with a date that can't be read counts as over: a wrong price is worse than a missed sale.
    (starts = '' OR sale_moment(starts, 0) IS NOT NULL)
      AND (ends = '' OR coalesce(sale_moment(ends, 1) > getvariable('now'), false)) AS is_sale,
    CASE WHEN variant IS NOT NULL AND kind = '' THEN name || ' - ' || variant ELSE name END AS whole_title
  FROM filled)
SELECT n, line, problem, item, number, kind, family, parent_item, parent_number, whole_title AS title,
  CASE WHEN getvariable('use_number') AND number <> '' THEN number
    WHEN item <> '' THEN item
    -- A product without a SKU is identified by its title. A row without a price only adds a picture.
    WHEN getvariable('inherits') AND "group" <> '' AND kind = '' AND asked <> '' THEN whole_title
    ELSE '' END AS id,
  unpublished,
  asked AS price_text,
  -- A sale price without dates replaces the price; other sales stay separate.
  CASE WHEN reduced >= 0 AND starts = '' AND ends = '' THEN reduced WHEN usual >= 0 THEN usual END AS price,
  coalesce(struck, CASE WHEN reduced >= 0 THEN usual END) AS regular_price,
  CASE WHEN reduced >= 0 AND is_sale AND starts || ends <> '' THEN {'price': reduced,
    'from': iso_time(sale_moment(starts, 0)), 'until': iso_time(sale_moment(ends, 1))} END AS sale,
  coalesce(currency_of(upper(currency)), currency_of(asked), getvariable('currency')) AS currency,
  department(CASE WHEN kind <> '' THEN string_split(path, ', ')[1] ELSE path END) AS category,
  nullif(maker, '') AS brand,
  nullif(plain_text(about), '') AS description,
  nullif(CASE WHEN kind <> '' THEN string_split(picture, ', ')[1] ELSE picture END, '') AS image,
  -- Removes an advertisement's tracking parameters from the address. Shopify's address is the handle.
  CASE WHEN regexp_matches(page, '^(https?:/)?/') THEN
      regexp_replace(regexp_replace(page, '([?&])(utm_\w+|srsltid|gclid)=[^&#]*', '\1', 'g'), '([?&])&+|[?&]+(#|$)', '\1\2', 'g')
    WHEN getvariable('inherits') AND kind = '' THEN '/products/' || page END AS url,
  stars AS rating_text, votes AS reviews_text,
  -- Shop systems write the rating 0 for products without reviews.
  CASE WHEN amount(stars) > 0 AND amount(stars) <= 5 AND coalesce(amount(votes), 1) > 0 THEN amount(stars) END AS rating,
  CASE WHEN amount(votes) >= 0 AND amount(votes) < 1000000000 THEN CAST(floor(amount(votes)) AS INTEGER) END AS reviews,
  nullif(trim(label), '') AS badge,
  available AS available_text,
  arrival AS added_text,
  CASE WHEN is_day(arrival) THEN strftime(make_timestamp_ms(instant(arrival)), '%Y-%m-%d')
    ELSE iso_time(instant(arrival)) END AS added,
  getvariable('inherits') AND "group" <> '' AND kind = '' AND item = '' AND asked = '' AND title = ''
    AS is_picture,
  CASE
    WHEN says_no(state)
      OR (lower(stockPolicy) IN ('deny', 'false') AND amount(stock) <= 0) THEN false
    WHEN says_no(available) THEN false
    WHEN says_yes(available) OR says_yes(state) OR says_yes(shown) THEN true END AS available
FROM named;

CREATE OR REPLACE TEMP TABLE judged_product AS
SELECT *, CASE
  WHEN problem IS NOT NULL THEN problem
  WHEN is_picture THEN 'further picture of a product'
  WHEN id = '' THEN 'no id'
  WHEN len(id) > 200 OR regexp_matches(id, '[\x00-\x1f\x7f]') THEN 'bad id'
  WHEN available_text <> '' AND NOT says_yes(available_text) AND NOT says_no(available_text)
    THEN 'bad availability'
  WHEN kind IN ('variable', 'variable-subscription')
    AND (number IN (SELECT substr("group", 4) FROM raw_catalog WHERE "group" LIKE 'id:%')
      OR item IN (SELECT "group" FROM raw_catalog WHERE kind <> '' AND "group" <> '')) THEN 'parent of variations'
  WHEN price_text = '' AND id IN (SELECT family FROM read_product WHERE price_text <> '' AND family <> id) THEN 'parent of variations'
  WHEN unpublished THEN 'not published'
  END AS reason
FROM read_product;

CREATE OR REPLACE TEMP VIEW product_verdict AS
SELECT judged.* REPLACE (coalesce(reason, CASE WHEN first < n THEN 'repeated id' END) AS reason)
FROM judged_product AS judged LEFT JOIN (
  SELECT id, min(n) AS first FROM judged_product WHERE reason IS NULL GROUP BY id) USING (id);

-- In a file that inherits, a "group" of a single row is no group. A product that others name as their
-- parent belongs to their group.
CREATE OR REPLACE TABLE product AS
WITH kept AS (FROM product_verdict WHERE reason IS NULL)
SELECT n, id, nullif(title, '') AS title, price, sale,
  CASE WHEN regular_price > price THEN regular_price END AS regular_price,
  CASE WHEN price IS NOT NULL OR sale IS NOT NULL THEN currency END AS currency,
  category, brand, description, image, nullif(url, '/products/') AS url, rating, reviews, badge, available, added, item, number,
  family, parent_item, parent_number,
  CASE WHEN family IS NULL THEN (CASE WHEN id IN (SELECT family FROM kept) THEN id END)
    WHEN NOT getvariable('inherits') OR count(*) OVER (PARTITION BY family) > 1 THEN family END AS group_id
FROM kept
ORDER BY n;
