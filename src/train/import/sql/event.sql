CREATE TABLE event (
  log TINYINT, n BIGINT, shopper VARCHAR, device VARCHAR, event VARCHAR, item VARCHAR,
  time BIGINT, day_only BOOLEAN, session VARCHAR, order_number VARCHAR, quantity DOUBLE,
  price DOUBLE, currency VARCHAR, query VARCHAR, dwell_ms DOUBLE,
  title VARCHAR, category VARCHAR, brand VARCHAR);
