-- Instances that start at once create the table one after the other.
SELECT pg_advisory_lock(8558);
CREATE TABLE IF NOT EXISTS orders (
    id bigserial PRIMARY KEY,
    item text NOT NULL,
    quantity integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    confirmed timestamptz
);
SELECT pg_advisory_unlock(8558);
