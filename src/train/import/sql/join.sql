-- Joins the shoppers of orders (log 0) and clicks (log 1), and counts a purchase in both logs once. The
-- clicks of a device or account belong to the shopper whose order numbers its purchases have, if there is
-- only one. Otherwise a device belongs to the account that used it, if there is only one.
CREATE OR REPLACE TEMP TABLE same_order AS
SELECT DISTINCT click.device, click.shopper AS account, ordered.shopper AS known
FROM event AS click
JOIN (SELECT DISTINCT order_number, shopper FROM event WHERE log = 0 AND shopper <> '') AS ordered
  USING (order_number)
WHERE click.log = 1 AND click.event = 'purchase';

CREATE OR REPLACE TEMP TABLE account_owner AS
SELECT account, min(known) AS owner FROM same_order
WHERE account <> '' GROUP BY account HAVING count(DISTINCT known) = 1;

CREATE OR REPLACE TEMP TABLE device_owner AS
SELECT device, min(known) AS owner FROM (
  SELECT device, known FROM same_order
  UNION
  SELECT device, coalesce(owner, shopper) FROM event LEFT JOIN account_owner ON shopper = account
  WHERE shopper <> '')
WHERE device <> '' GROUP BY device HAVING count(DISTINCT known) = 1;

CREATE OR REPLACE TABLE owned AS
SELECT event.* REPLACE (coalesce(account_owner.owner, nullif(event.shopper, ''),
  device_owner.owner, event.device) AS shopper)
FROM event
LEFT JOIN account_owner ON log = 1 AND event.shopper = account
LEFT JOIN device_owner ON event.shopper = '' AND event.device = device_owner.device;

-- Purchases of the clicks that are also an order: same order number, or same shopper and item within a day.
CREATE OR REPLACE TEMP TABLE counted_twice AS
SELECT n FROM owned AS click
WHERE log = 1 AND event = 'purchase' AND (
  order_number IN (SELECT order_number FROM owned WHERE log = 0 AND order_number IS NOT NULL)
  OR EXISTS (SELECT 1 FROM owned AS ordered WHERE ordered.log = 0 AND ordered.event = 'purchase'
    AND ordered.shopper = click.shopper AND ordered.item = click.item
    AND abs(ordered.time - click.time) <= 86400000));

CREATE OR REPLACE TABLE event AS
SELECT * FROM owned WHERE NOT (log = 1 AND n IN (FROM counted_twice))
ORDER BY log, n;
DROP TABLE owned;
