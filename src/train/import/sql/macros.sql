-- Parses numbers and times as people, spreadsheets and shops write them. NULL for anything else.
CREATE OR REPLACE MACRO tidy(value) AS trim(coalesce(value, ''), E' \t\r\n' || chr(160) || chr(65279));

-- NULL for an empty value, which GA4 writes as (not set).
CREATE OR REPLACE MACRO filled(value) AS nullif(nullif(tidy(value), ''), '(not set)');

-- An event's name in lower case, without spaces, digits and punctuation.
CREATE OR REPLACE MACRO plain_name(value) AS regexp_replace(lower(value), '[^a-z]', '', 'g');

-- The last of comma and point is the decimal sign. But a comma that occurs twice, or alone before exactly
-- three digits, groups thousands, unless `comma` says that the column has decimal commas.
CREATE OR REPLACE MACRO decimal_point(bare, comma) AS CASE
  WHEN comma THEN CASE
    WHEN regexp_full_match(bare, '[+-]?(\d{1,3}(\.\d{3})+|\d*)(,\d+)?')
    THEN replace(replace(bare, '.', ''), ',', '.') END
  WHEN NOT contains(bare, ',') THEN bare
  WHEN regexp_matches(bare, ',[^,]*\.[^,]*$') THEN replace(bare, ',', '')
  WHEN NOT contains(bare, '.') AND regexp_matches(bare, ',\d{3}$|,.*,') THEN CASE
    WHEN regexp_full_match(bare, '[+-]?\d{1,3}(,\d{3})+') THEN replace(bare, ',', '') END
  ELSE replace(replace(bare, '.', ''), ',', '.') END;

-- Removes spaces, currency and apostrophes; (3) is -3. â‚¬ is a € that was decoded wrongly.
CREATE OR REPLACE MACRO bare_number(text) AS regexp_replace(regexp_replace(text,
  'â‚¬|[\s\x{a0}\x{202f}£$€¥''’]|^[A-Za-z]{2,3}\.?|[A-Za-zł]{2,3}\.?$', '', 'g'), '^\((.*)\)$', '-\1');

CREATE OR REPLACE MACRO plain_number(text) AS CASE
  WHEN regexp_full_match(text, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?')
  THEN TRY_CAST(text AS DOUBLE) END;

CREATE OR REPLACE MACRO amount(text, comma := false) AS CASE
  WHEN regexp_full_match(text, '-?\d+') THEN TRY_CAST(text AS DOUBLE)
  WHEN NOT comma AND regexp_full_match(text, '-?\d+\.\d+') THEN TRY_CAST(text AS DOUBLE)
  ELSE plain_number(decimal_point(bare_number(text), comma)) END;

-- ISO 4217 code of a price with its currency. A bare $ could be any of twenty currencies.
CREATE OR REPLACE MACRO currency_of(text) AS CASE
  WHEN contains(text, '€') OR contains(text, 'â‚¬') THEN 'EUR'
  WHEN contains(text, '£') THEN 'GBP'
  ELSE nullif(regexp_extract(text, '\b([A-Z]{3})\b', 1), '') END;

-- Number as JavaScript writes it: 6, not 6.0.
CREATE OR REPLACE MACRO number_text(value) AS regexp_replace(CAST(value AS VARCHAR), '\.0$', '');

-- Time such as 1/12/2010 8:26, read in the log's order of day and month (the variable date_order).
CREATE OR REPLACE MACRO slashed(text) AS
  regexp_full_match(text, '\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d\d)([T ,]+\d{1,2}:.*)?');
CREATE OR REPLACE MACRO from_slashed(text) AS CASE getvariable('date_order')
  WHEN 'dmy' THEN try_strptime(text, ['%d/%m/%y', '%d/%m/%y %H:%M', '%d/%m/%y %H:%M:%S', '%d/%m/%Y',
    '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %I:%M %p', '%d/%m/%Y %I:%M:%S %p'])
  WHEN 'mdy' THEN try_strptime(text, ['%m/%d/%y', '%m/%d/%y %H:%M', '%m/%d/%y %H:%M:%S', '%m/%d/%Y',
    '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M %p', '%m/%d/%Y %I:%M:%S %p']) END;

-- Normal form of a date or time: 2011-09-01, or 2011-09-01 08:26:00 with or without a zone.
CREATE OR REPLACE MACRO iso_text(text) AS CASE
  WHEN regexp_full_match(text, '\d{4}[-/]\d\d[-/]\d\d')
    THEN replace(text, '/', '-')
  WHEN regexp_full_match(text, '\d{4}[-/]\d\d[-/]\d\d[T ]([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?')
    -- DuckDB reads no zone after a time without seconds, so they are added.
    THEN replace(text[1:10], '/', '-') || ' ' || regexp_replace(replace(regexp_replace(regexp_replace(
      text[12:], '\s?(UTC|GMT|Z)$', '+00'), '\s?([+-]\d\d):?(\d\d)$', '\1:\2'), ',', '.'),
      '^(\d{1,2}:\d\d)($|[^:\d])', '\1:00\2')
  WHEN regexp_full_match(text, '\d{8}')
    THEN text[1:4] || '-' || text[5:6] || '-' || text[7:8]
  WHEN slashed(text) THEN CASE
    WHEN contains(text, ':') THEN strftime(from_slashed(slashes(text)), '%Y-%m-%d %H:%M:%S')
    ELSE strftime(from_slashed(slashes(text)), '%Y-%m-%d') END
  -- RFC 2822 (Thu, 01 Sep 2011 08:26:00 +0200), and the form of American reports (Sep 1, 2011).
  WHEN regexp_matches(text, '^([A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d')
    THEN strftime(try_strptime(regexp_extract(text, '\d{1,2} [A-Za-z]{3} \d{4} [\d:]+'),
      ['%d %b %Y %H:%M:%S', '%d %b %Y %H:%M']), '%Y-%m-%d %H:%M:%S')
      || regexp_replace(regexp_replace(regexp_extract(text, '\s(GMT|UTC|[+-]\d{4})', 1),
        'GMT|UTC', '+00'), '(\d\d)(\d\d)$', '\1:\2')
  WHEN regexp_matches(text, '^[A-Z][a-z]+ \d{1,2}, \d{4}$')
    THEN strftime(try_strptime(text, ['%b %d, %Y', '%B %d, %Y']), '%Y-%m-%d')
  END;
CREATE OR REPLACE MACRO slashes(text) AS regexp_replace(
  regexp_replace(text, '^(\d+)[/.-](\d+)[/.-](\d+)[T ,]*', '\1/\2/\3 '), ' $', '');

CREATE OR REPLACE MACRO is_day(text) AS CASE
  WHEN contains(text, ':') THEN false
  WHEN regexp_full_match(text, '\d{5}') THEN true
  ELSE coalesce(regexp_full_match(iso_text(text), '\d{4}-\d\d-\d\d'), false) END;

-- Milliseconds since the epoch. Days are UTC days. A time without a zone is in the session's TimeZone; of a
-- time that a clock change repeats, the later one counts. Ten, thirteen and sixteen digits are Unix times;
-- five are a spreadsheet's day.
CREATE OR REPLACE MACRO instant(text) AS CASE
  -- The most frequent form comes first, because every pattern costs time.
  WHEN regexp_full_match(text, '\d{4}-\d\d-\d\d[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ?')
    THEN epoch_ms(TRY_CAST(text AS TIMESTAMPTZ))
  WHEN regexp_full_match(text, '\d{10}(\.\d+)?') THEN CAST(floor(CAST(text AS DOUBLE) * 1000) AS BIGINT)
  WHEN regexp_full_match(text, '\d{13}') THEN CAST(text AS BIGINT)
  WHEN regexp_full_match(text, '\d{16}') THEN CAST(text AS BIGINT) // 1000
  WHEN regexp_full_match(text, '\d{5}') THEN epoch_ms(DATE '1899-12-30' + CAST(text AS INTEGER))
  WHEN regexp_full_match(text, '\d{5}[.,]\d+') THEN epoch_ms(TRY_CAST(strftime(
    TIMESTAMP '1899-12-30' + to_seconds(round(CAST(replace(text, ',', '.') AS DOUBLE) * 86400)),
    '%Y-%m-%d %H:%M:%S') AS TIMESTAMPTZ))
  WHEN is_day(text) THEN epoch_ms(TRY_CAST(iso_text(text) AS DATE))
  ELSE epoch_ms(TRY_CAST(iso_text(text) AS TIMESTAMPTZ)) END;
