-- Everybody works for their own suppliers and sees nothing of the others.

-- Security definer: the policy of supplier_members could not look into supplier_members otherwise.
create function public.is_supplier_member(supplier uuid) returns boolean
language sql stable
security definer
set search_path = ''
as $$
  select exists (
    select from public.supplier_members
    where supplier_id = supplier and user_id = (select auth.uid())
  )
$$;

create function public.is_supplier_owner(supplier uuid) returns boolean
language sql stable
security definer
set search_path = ''
as $$
  select exists (
    select from public.supplier_members
    where supplier_id = supplier and user_id = (select auth.uid()) and role = 'owner'
  )
$$;

revoke all on function public.is_supplier_member(uuid), public.is_supplier_owner(uuid) from public, anon;
grant execute on function public.is_supplier_member(uuid), public.is_supplier_owner(uuid) to authenticated, service_role;

alter table public.suppliers enable row level security;
alter table public.supplier_members enable row level security;
alter table public.clients enable row level security;
alter table public.activity enable row level security;

create policy "members see their supplier" on public.suppliers
  for select to authenticated using (public.is_supplier_member(id));
create policy "owners change their supplier" on public.suppliers
  for update to authenticated using (public.is_supplier_owner(id)) with check (public.is_supplier_owner(id));

create policy "members see their colleagues" on public.supplier_members
  for select to authenticated using (public.is_supplier_member(supplier_id));

create policy "members see their clients" on public.clients
  for select to authenticated using (public.is_supplier_member(supplier_id));
create policy "members add clients" on public.clients
  for insert to authenticated
  with check (public.is_supplier_member(supplier_id) and created_by = (select auth.uid()));
create policy "members change their clients" on public.clients
  for update to authenticated
  using (public.is_supplier_member(supplier_id)) with check (public.is_supplier_member(supplier_id));
create policy "members remove their clients" on public.clients
  for delete to authenticated using (public.is_supplier_member(supplier_id));

create policy "members see their activity" on public.activity
  for select to authenticated using (public.is_supplier_member(supplier_id));
create policy "members report payments and notes as themselves" on public.activity
  for insert to authenticated
  with check (
    public.is_supplier_member(supplier_id)
    and actor_id = (select auth.uid())
    and kind in ('payment_received', 'note_added')
    and (client_id is null or exists (
      select from public.clients
      where clients.id = activity.client_id and clients.supplier_id = activity.supplier_id
    ))
  );

-- The anonymous role has no business with these tables at all.
revoke all on public.suppliers, public.supplier_members, public.clients, public.activity from anon;
