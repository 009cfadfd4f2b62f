-- A change of a client writes the feed and announces itself to the supplier's private topic.

-- True for 'supplier:<uuid>' of a supplier one works for. A topic is chosen by whoever joins, so its text is
-- checked before it is cast.
create function public.may_listen_to(topic text) returns boolean
language plpgsql stable
security definer
set search_path = ''
as $$
begin
  return topic ~ '^supplier:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    and public.is_supplier_member(split_part(topic, ':', 2)::uuid);
end
$$;

revoke all on function public.may_listen_to(text) from public, anon;
grant execute on function public.may_listen_to(text) to authenticated, service_role;

create policy "members listen to their supplier" on realtime.messages
  for select to authenticated using (public.may_listen_to((select realtime.topic())));

create function public.touch_client() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create trigger touch_client
  before update on public.clients
  for each row execute function public.touch_client();

-- Security definer: nobody may write 'client_added' into the feed by hand, nor broadcast in the supplier's name.
create function public.record_client_change() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  client public.clients;
  actor uuid := auth.uid();
  couple text;
begin
  if tg_op = 'DELETE' then
    client := old;
  else
    client := new;
  end if;

  -- A supplier that is being removed takes its clients along: there is no feed left to write to.
  if not exists (select from public.suppliers where id = client.supplier_id) then
    return null;
  end if;

  couple := concat_ws(' & ', client.name, nullif(trim(client.partner_name), ''));

  insert into public.activity (supplier_id, client_id, actor_id, actor_name, kind, summary)
  values (
    client.supplier_id,
    case when tg_op <> 'DELETE' then client.id end,
    actor,
    (
      select display_name from public.supplier_members
      where supplier_id = client.supplier_id and user_id = actor
    ),
    case tg_op
      when 'INSERT' then 'client_added'
      when 'UPDATE' then 'client_updated'
      else 'client_removed'
    end,
    case
      when tg_op = 'INSERT' and client.status = 'enquiry' then 'New enquiry from ' || couple
      when tg_op = 'INSERT' then 'Added ' || couple
      when tg_op = 'DELETE' then 'Removed ' || couple
      when new.status <> old.status then couple || ' moved from ' || old.status || ' to ' || new.status
      else 'Updated ' || couple
    end
  );

  perform realtime.send(
    jsonb_build_object('client_id', client.id, 'operation', tg_op),
    'clients_changed',
    'supplier:' || client.supplier_id,
    true
  );
  return null;
end
$$;

revoke all on function public.record_client_change() from public, anon, authenticated;

create trigger record_client_change
  after insert or update or delete on public.clients
  for each row execute function public.record_client_change();

alter publication supabase_realtime add table public.clients, public.activity;
