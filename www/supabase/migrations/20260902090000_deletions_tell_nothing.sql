-- Row level security cannot judge a deletion, because the row is gone: Realtime tells every signed-in user of it. It
-- sends the primary key alone, but a subscription's filter is compared with all that the replica identity holds. With
-- the whole row in it, anybody could find out another supplier's data by asking for `email=like.a%`, `email=like.b%` …

-- No subscription needs the rows of clients: their changes are announced on the supplier's private topic.
do $$
begin
  if exists (
    select from pg_catalog.pg_publication_rel
    join pg_catalog.pg_publication on pg_publication.oid = prpubid
    where pubname = 'supabase_realtime' and prrelid = 'public.clients'::regclass
  ) then
    alter publication supabase_realtime drop table public.clients;
  end if;
end
$$;

-- Whoever publishes one of these again, tells its primary key and nothing else.
alter table public.clients replica identity default;
alter table public.activity replica identity default;
