-- Broadcasts from the database and the authorization of private channels.

create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  inserted_at timestamp not null default now(),
  updated_at timestamp not null default now(),
  primary key (id, inserted_at)
);

alter table realtime.messages add column if not exists binary_payload bytea;
create index if not exists messages_topic_idx on realtime.messages (topic, inserted_at desc)
  where extension = 'broadcast';

alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create or replace function realtime.topic() returns text
language sql stable
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- A failing broadcast must not undo the write that announces itself, hence the warning.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
  message_id uuid := gen_random_uuid();
begin
  begin
    perform set_config('realtime.topic', send.topic, true);
    insert into realtime.messages (id, topic, extension, payload, event, private)
    values (
      message_id,
      send.topic,
      'broadcast',
      case
        when jsonb_typeof(send.payload) = 'object' and not send.payload ? 'id'
          then send.payload || jsonb_build_object('id', message_id)
        else send.payload
      end,
      send.event,
      send.private
    );
  exception when others then
    raise warning 'realtime.send could not send to %: %', send.topic, sqlerrm;
  end;
end
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
begin
  begin
    perform set_config('realtime.topic', send_binary.topic, true);
    insert into realtime.messages (topic, extension, binary_payload, event, private)
    values (send_binary.topic, 'broadcast', send_binary.payload, send_binary.event, send_binary.private);
  exception when others then
    raise warning 'realtime.send_binary could not send to %: %', send_binary.topic, sqlerrm;
  end;
end
$$;

create or replace function realtime.broadcast_changes(
  topic_name text,
  event_name text,
  operation text,
  table_name text,
  table_schema text,
  new record,
  old record,
  level text default 'ROW'
) returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'realtime.broadcast_changes can only be called by row level triggers';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'realtime.broadcast_changes does not know the operation %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'operation', operation,
      'table', table_name,
      'schema', table_schema,
      'record', to_jsonb(new),
      'old_record', to_jsonb(old)
    ),
    event_name,
    topic_name
  );
end
$$;

-- A broadcast that waits to be relayed. The server takes it out of the table when it sends it, so that each is sent
-- once, also when the notification of it was lost or came twice.
create table if not exists realtime.announcements (
  number bigint generated always as identity primary key,
  message_id uuid not null
);

create or replace function realtime.announce_message() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  announcement_number bigint;
begin
  if new.extension = 'broadcast' then
    insert into realtime.announcements (message_id) values (new.id) returning number into announcement_number;
    perform pg_notify('realtime_messages', announcement_number::text);
  end if;
  return null;
end
$$;

create or replace trigger announce_message
  after insert on realtime.messages
  for each row execute function realtime.announce_message();

grant execute on function
  realtime.topic(), realtime.send(jsonb, text, text, boolean), realtime.send_binary(bytea, text, text, boolean),
  realtime.broadcast_changes(text, text, text, text, text, record, record, text)
to anon, authenticated, service_role;
