-- Who did something, and when, is said by the token and the clock of the server, whatever a request says. And no answer
-- tells whether a row or a user of others exists.

-- An id belongs to its supplier: another supplier that chooses the same one for a client gets no conflict, which would
-- tell that it is taken. An entry of the feed can only name a client of its own supplier.
alter table public.activity drop constraint activity_client_id_fkey;

update public.activity set client_id = null
where client_id is not null and not exists (
  select from public.clients
  where clients.id = activity.client_id and clients.supplier_id = activity.supplier_id
);

alter table public.clients drop constraint clients_pkey, add primary key (id, supplier_id);
alter table public.activity
  add foreign key (client_id, supplier_id) references public.clients (id, supplier_id) on delete set null (client_id);

-- The triggers below bind whom row level security binds: a restore, an import with the service role, and the database's
-- own `on delete set null` write what they have to. Ids are refused rather than overwritten, so that an update that
-- could not do what it says fails; the refusal is the same whatever the new id is.

create function public.stamp_client() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not row_security_active(tg_relid) then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.created_by := auth.uid();
    new.created_at := now();
    new.updated_at := now();
    return new;
  end if;
  if (new.id, new.supplier_id) is distinct from (old.id, old.supplier_id) then
    raise exception using
      errcode = 'insufficient_privilege', message = 'the id and the supplier of a client cannot be changed';
  end if;
  new.created_by := old.created_by;
  new.created_at := old.created_at;
  return new;
end
$$;

create trigger stamp_client
  before insert or update on public.clients
  for each row execute function public.stamp_client();

create function public.stamp_activity() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if row_security_active(tg_relid) then
    new.actor_id := auth.uid();
    new.actor_name := (
      select display_name from public.supplier_members
      where supplier_id = new.supplier_id and user_id = new.actor_id
    );
    new.created_at := now();
  end if;
  return new;
end
$$;

create trigger stamp_activity
  before insert on public.activity
  for each row execute function public.stamp_activity();

create function public.keep_supplier() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not row_security_active(tg_relid) then
    return new;
  end if;
  if new.id <> old.id then
    raise exception using
      errcode = 'insufficient_privilege', message = 'the id of a supplier cannot be changed';
  end if;
  new.created_at := old.created_at;
  return new;
end
$$;

create trigger keep_supplier
  before update on public.suppliers
  for each row execute function public.keep_supplier();

revoke all on function public.stamp_client(), public.stamp_activity(), public.keep_supplier()
  from public, anon, authenticated;
