-- postgres_changes without logical decoding: row triggers on the published tables write each change to a
-- table and notify its number alone, because a notification carries at most 8,000 bytes. The server takes a change
-- out of the table when it sends it.

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;

create table if not exists realtime.changes (
  number bigint generated always as identity primary key,
  relation oid not null,
  type text not null,
  record jsonb,
  old_record jsonb,
  -- The row that filters look at: a DELETE under row level security sends less than it may be filtered by.
  matched_on jsonb not null,
  committed_at timestamptz not null default transaction_timestamp()
);

-- Earlier versions kept the table's name too, which may change while the change waits.
alter table realtime.changes drop column if exists schema_name, drop column if exists table_name;
-- The primary key of a row that is there, where policies decide who sees it: by it the row is looked for.
alter table realtime.changes add column if not exists row_key jsonb;

-- A row as the server sends it: JSON, times in UTC, bytea as bare hexadecimal digits.
create or replace function realtime.row_json(relation oid, source jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  column_name text;
begin
  for column_name in
    select attname from pg_catalog.pg_attribute
    where attrelid = relation and atttypid = 'bytea'::regtype and attnum > 0 and not attisdropped
  loop
    source := jsonb_set(source, array[column_name], coalesce(to_jsonb(substr(source ->> column_name, 3)), 'null'));
  end loop;
  return source;
end
$$;

-- The values of an index's columns: the primary key's or, with `identity`, the replica identity's.
drop function if exists realtime.primary_key_json(oid, jsonb);
create or replace function realtime.key_json(relation oid, source jsonb, identity boolean default false) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(attribute.attname, source -> attribute.attname), '{}')
  from pg_catalog.pg_index as index
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = index.indrelid and attribute.attnum = any (index.indkey)
  where index.indrelid = relation and case when identity then index.indisreplident else index.indisprimary end
$$;

-- The table that a change is told of: a partition's, where the publication names the table it is a part of.
create or replace function realtime.published_relation(relation oid) returns oid
language sql stable
set search_path = ''
as $$
  select coalesce(
    (
      select relid from pg_catalog.pg_partition_ancestors(relation)
      join pg_catalog.pg_trigger on tgrelid = relid
      where tgname = '!realtime_capture_change' and tgparentid = 0
      limit 1
    ),
    relation
  )
$$;

create or replace function realtime.capture_change() returns trigger
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
set intervalstyle = 'postgres'
as $$
declare
  relation_oid oid := tg_relid;
  table_info record;
  new_row jsonb;
  old_row jsonb;
  old_identity jsonb;
  change_number bigint;
begin
  select relreplident, relrowsecurity as is_secured, relispartition
  into table_info
  from pg_catalog.pg_class where oid = tg_relid;
  if table_info.relispartition then
    relation_oid := realtime.published_relation(tg_relid);
  end if;

  if tg_op <> 'DELETE' then
    new_row := to_jsonb(new);
  end if;
  if tg_op <> 'INSERT' then
    old_row := to_jsonb(old);
    old_identity := case table_info.relreplident
      when 'f' then old_row
      when 'i' then realtime.key_json(tg_relid, old_row, true)
      when 'n' then '{}'
      else realtime.key_json(tg_relid, old_row)
    end;
  end if;

  insert into realtime.changes (relation, type, record, old_record, matched_on, row_key)
  values (
    relation_oid,
    tg_op,
    realtime.row_json(tg_relid, new_row),
    realtime.row_json(tg_relid, case
      -- Nobody's right to a deleted row can be checked, so nobody is told more than its key.
      when tg_op = 'DELETE' and table_info.is_secured then (
        select coalesce(jsonb_object_agg(key, old_identity -> key), '{}')
        from jsonb_object_keys(realtime.key_json(tg_relid, old_row)) as key
        where old_identity ? key
      )
      else old_identity
    end),
    coalesce(new_row, old_identity),
    case when tg_op <> 'DELETE' and table_info.is_secured then realtime.key_json(tg_relid, new_row) end
  )
  returning number into change_number;
  perform pg_notify('realtime_changes', change_number::text);
  return null;
exception when others then
  -- JSON takes less than PostgreSQL does (\u0000, numbers beyond all measure), and a write must not fail because it
  -- cannot be told of.
  raise warning 'a change of % is not sent: %', tg_relid::regclass, sqlerrm;
  return null;
end
$$;

-- Puts the trigger on every published table and takes it from the others: for the operations that the publication
-- names, and under a name that comes before all others, so that a change is captured before those that other triggers
-- make of it. Answers how many tables were in use and could not be changed now. Called after the migrations and before
-- each subscription, so that a table that is published later is captured too.
drop function if exists realtime.sync_capture();
create or replace function realtime.sync_capture() returns integer
language plpgsql
set lock_timeout = '500ms'
as $$
declare
  target record;
  left_over integer := 0;
begin
  -- What is to go goes first: a partition may have the trigger from the table that it is a part of.
  for target in select * from realtime.capture_differences() order by events is not null loop
    begin
      if target.events is null then
        execute format('drop trigger %I on %s', '!realtime_capture_change', target.relation);
      else
        execute format(
          'create or replace trigger %I after %s on %s for each row execute function realtime.capture_change()',
          '!realtime_capture_change', target.events, target.relation);
      end if;
    exception when others then
      raise warning 'changes of % cannot be captured now: %', target.relation, sqlerrm;
      left_over := left_over + 1;
    end;
  end loop;
  return left_over;
end
$$;

-- Which tables lack the trigger, have it for other operations, or have it and are not published (`events` is null).
create or replace function realtime.capture_differences()
returns table (relation regclass, events text)
language sql stable
as $$
  with publication as (
    select pubinsert, pubupdate, pubdelete,
      array_to_string(array[
        case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
        case when pubdelete then 'delete' end
      ], ' or ') as events,
      1 + 4 * pubinsert::int + 8 * pubdelete::int + 16 * pubupdate::int as trigger_type
    from pg_publication where pubname = 'supabase_realtime'
  ), published as (
    -- Not by casting names: that would look up names in schemas that the caller may not enter.
    select pg_class.oid as relation, publication.*
    from publication
    cross join pg_publication_tables
    join pg_namespace on nspname = schemaname
    join pg_class on relnamespace = pg_namespace.oid and relname = tablename
    where pg_publication_tables.pubname = 'supabase_realtime' and events <> ''
      -- Its own tables would make a change of each change.
      and schemaname not in ('realtime', 'auth', 'extensions', 'supabase_migrations')
  ), captured as (
    select tgrelid as relation, tgtype from pg_trigger
    where tgname = '!realtime_capture_change' and tgparentid = 0
  )
  select coalesce(published.relation, captured.relation)::regclass, published.events
  from published full join captured using (relation)
  where published.relation is null or captured.relation is null or published.trigger_type <> captured.tgtype
$$;

-- The trigger's name in earlier versions.
do $$
declare
  target regclass;
begin
  for target in select tgrelid from pg_trigger where tgname = 'realtime_capture_change' and tgparentid = 0 loop
    execute format('drop trigger realtime_capture_change on %s', target);
  end loop;
end
$$;

revoke all on function
  realtime.row_json(oid, jsonb), realtime.key_json(oid, jsonb, boolean), realtime.published_relation(oid),
  realtime.capture_change(), realtime.sync_capture(), realtime.capture_differences()
from public, anon, authenticated, service_role;
