-- Maps items that the log names by SKU, number or title to the catalog's id, if only one product has it.
CREATE OR REPLACE TEMP TABLE alias AS
SELECT key, min(id) AS id FROM (
  SELECT item AS key, id FROM product UNION SELECT number, id FROM product
  UNION SELECT title, id FROM product)
WHERE key <> '' AND key NOT IN (SELECT id FROM product)
GROUP BY key HAVING count(DISTINCT id) = 1;

-- An event that names a product with variants counts for the variant that the log names most.
INSERT INTO alias
SELECT key, arg_max(id, (coalesce(lines, 0), -n)) FROM (
  SELECT unnest([family, parent_item, parent_number]) AS key, id, n FROM product)
LEFT JOIN (SELECT item, count(*) AS lines FROM event GROUP BY item) ON item = id
WHERE key <> '' AND key NOT IN (SELECT id FROM product) AND key NOT IN (SELECT key FROM alias)
GROUP BY key;

UPDATE event SET item = alias.id FROM alias WHERE event.item = alias.key;

-- The log may fill fields that the catalog leaves empty.
UPDATE product SET title = coalesce(product.title, fact.title), brand = coalesce(product.brand, fact.brand),
  category = coalesce(product.category, fact.category)
FROM fact WHERE fact.id = product.id;
