-- Wedding suppliers, the people who work for them, their clients and what happened.

create table public.suppliers (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(trim(name)) > 0),
  kind text not null,
  created_at timestamptz not null default now()
);

create table public.supplier_members (
  supplier_id uuid not null references public.suppliers (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  display_name text not null,
  role text not null default 'member' check (role in ('owner', 'member')),
  primary key (supplier_id, user_id)
);

create index supplier_members_user_id_idx on public.supplier_members (user_id);

create table public.clients (
  id uuid primary key default gen_random_uuid(),
  supplier_id uuid not null references public.suppliers (id) on delete cascade,
  name text not null check (length(trim(name)) > 0),
  partner_name text,
  email text,
  phone text,
  wedding_date date,
  venue text,
  guest_count int check (guest_count >= 0),
  budget_pence bigint check (budget_pence >= 0),
  status text not null default 'enquiry' check (status in ('enquiry', 'booked', 'completed', 'lost')),
  notes text,
  created_by uuid default auth.uid() references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index clients_supplier_id_wedding_date_idx on public.clients (supplier_id, wedding_date);

-- A subscription filtered by supplier must see deletions too, and a filter can only look at the replica identity.
alter table public.clients replica identity full;

create table public.activity (
  id bigint generated always as identity primary key,
  supplier_id uuid not null references public.suppliers (id) on delete cascade,
  client_id uuid references public.clients (id) on delete set null,
  actor_id uuid references auth.users (id) on delete set null,
  actor_name text,
  kind text not null
    check (kind in ('client_added', 'client_updated', 'client_removed', 'payment_received', 'note_added')),
  summary text not null,
  created_at timestamptz not null default now()
);

create index activity_supplier_id_created_at_idx on public.activity (supplier_id, created_at desc);
create index activity_client_id_idx on public.activity (client_id);
