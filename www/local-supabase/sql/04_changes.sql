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

create or replace function realtime.primary_key_json(relation oid, source jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(attribute.attname, source -> attribute.attname), '{}')
  from pg_catalog.pg_index as index
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = index.indrelid and attribute.attnum = any (index.indkey)
  where index.indrelid = relation and index.indisprimary
$$;

create or replace function realtime.capture_change() returns trigger
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
set intervalstyle = 'postgres'
as $$
declare
  table_info record;
  new_row jsonb;
  old_row jsonb;
  old_identity jsonb;
  change_number bigint;
begin
  select relreplident = 'f' as identity_is_full, relrowsecurity as is_secured
  into table_info
  from pg_catalog.pg_class where oid = tg_relid;

  if tg_op <> 'DELETE' then
    new_row := realtime.row_json(tg_relid, to_jsonb(new));
  end if;
  if tg_op <> 'INSERT' then
    old_row := realtime.row_json(tg_relid, to_jsonb(old));
    old_identity := case
      when table_info.identity_is_full then old_row
      else realtime.primary_key_json(tg_relid, old_row)
    end;
  end if;

  insert into realtime.changes (relation, type, record, old_record, matched_on, row_key)
  values (
    tg_relid,
    tg_op,
    new_row,
    case
      -- Nobody's right to a deleted row can be checked, so nobody is told more than its key.
      when tg_op = 'DELETE' and table_info.is_secured then realtime.primary_key_json(tg_relid, old_row)
      else old_identity
    end,
    coalesce(new_row, old_identity),
    case when tg_op <> 'DELETE' and table_info.is_secured then realtime.primary_key_json(tg_relid, new_row) end
  )
  returning number into change_number;
  perform pg_notify('realtime_changes', change_number::text);
  return null;
end
$$;

-- Puts the trigger on every published table and takes it from the others. Called after the migrations and
-- before each subscription, so that a table published later is captured too.
create or replace function realtime.sync_capture() returns void
language plpgsql
as $$
declare
  target record;
begin
  for target in
    with published as (
      select format('%I.%I', schemaname, tablename)::regclass::oid as relation
      from pg_publication_tables where pubname = 'supabase_realtime'
    ), captured as (
      select tgrelid as relation from pg_trigger where tgname = 'realtime_capture_change'
    )
    select
      coalesce(published.relation, captured.relation)::regclass as name,
      published.relation is not null as wanted
    from published full join captured using (relation)
    where published.relation is null or captured.relation is null
  loop
    if target.wanted then
      execute format(
        'create trigger realtime_capture_change after insert or update or delete on %s '
        'for each row execute function realtime.capture_change()', target.name);
    else
      execute format('drop trigger realtime_capture_change on %s', target.name);
    end if;
  end loop;
end
$$;

revoke all on function
  realtime.row_json(oid, jsonb), realtime.primary_key_json(oid, jsonb), realtime.capture_change(), realtime.sync_capture()
from public;
