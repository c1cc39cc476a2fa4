-- Maintenance of tables that are partitioned by month, as the operator's page calls it:
--   SELECT create_monthly_partitions('tracing.events', '2024-01-01'::date);
--   SELECT drop_old_partitions('tracing.events', interval '90 days');
--   REINDEX INDEX CONCURRENTLY idx_events_timestamp;

-- Creates the partitions that are missing from the month of from_date up to two months after the current one, months
-- counted in UTC, and gives their names. Rows that wait in the default partition move into the new ones, so that
-- strays never stand in the way.
CREATE FUNCTION tracing.create_monthly_partitions(parent regclass, from_date date) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  this_month  date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
  month_start date := date_trunc('month', from_date::timestamp)::date;
  last_month  date := (this_month + interval '2 months')::date;
  parent_schema name;
  parent_name   name;
  key_column    name;
  default_part  regclass;
  part_name     text;
  low           timestamptz;
  high          timestamptz;
BEGIN
  IF month_start < (this_month - interval '50 years')::date THEN
    RAISE EXCEPTION 'Cannot create partitions from "%": that is more than 50 years ago', from_date
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT n.nspname, c.relname, a.attname, nullif(p.partdefid, 0)::regclass
    INTO parent_schema, parent_name, key_column, default_part
    FROM pg_partitioned_table p
    JOIN pg_class c ON c.oid = p.partrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = parent AND p.partstrat = 'r' AND p.partnatts = 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Cannot create partitions of "%": it is not partitioned by ranges of one column', parent
      USING ERRCODE = 'wrong_object_type';
  END IF;
  -- Two programs that start together take turns, and the second finds nothing to do.
  PERFORM pg_advisory_xact_lock(hashtextextended('tracing.create_monthly_partitions', parent::oid::bigint));

  WHILE month_start <= last_month LOOP
    part_name := format('%s_%s', parent_name, to_char(month_start, 'YYYY_MM'));
    low := month_start::timestamp AT TIME ZONE 'UTC';
    high := (month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    month_start := (month_start + interval '1 month')::date;
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = parent AND c.relname = part_name
    );
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL)', parent_schema, part_name, parent);
    IF default_part IS NOT NULL THEN
      -- Nobody may add a row to the default partition between the move and the moment the new one takes over.
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', default_part);
      EXECUTE format(
        'WITH strays AS (DELETE FROM %1$s WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING *)
         INSERT INTO %5$I.%6$I SELECT * FROM strays',
        default_part, key_column, low, high, parent_schema, part_name);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
      parent, parent_schema, part_name, low, high);
    RETURN NEXT format('%I.%I', parent_schema, part_name);
  END LOOP;
END $$;

-- Detaches and drops the partitions whose whole range is older than keep, and gives their names. The default partition
-- stays as it is: its rows have no common age.
CREATE FUNCTION tracing.drop_old_partitions(parent regclass, keep interval) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
BEGIN
  IF keep IS NULL OR now() - keep > now() THEN
    RAISE EXCEPTION 'Cannot drop partitions older than "%": the age must not be negative', keep
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('tracing.create_monthly_partitions', parent::oid::bigint));
  FOR part IN
    SELECT c.oid::regclass AS name,
           substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz AS high
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = parent
     ORDER BY c.relname
  LOOP
    CONTINUE WHEN part.high IS NULL OR part.high > now() - keep;
    EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', parent, part.name);
    EXECUTE format('DROP TABLE %s', part.name);
    RETURN NEXT part.name::text;
  END LOOP;
END $$;

-- The page names functions and index without their schema: let sessions in this database find them, after whatever
-- they search now. Setting this for the database needs its owner; anybody may set it for himself.
DO $$
DECLARE
  wanted text := current_setting('search_path');
BEGIN
  IF 'tracing' = ANY (current_schemas(false)) THEN
    RETURN;
  END IF;
  wanted := concat_ws(', ', nullif(wanted, ''), 'tracing');
  BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = %s', current_database(), wanted);
  EXCEPTION WHEN insufficient_privilege THEN
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %s', current_user, current_database(), wanted);
  END;
END $$;
