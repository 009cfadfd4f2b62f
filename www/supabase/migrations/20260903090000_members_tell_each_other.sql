-- The devices of a supplier's members tell each other what has become invalid of what they keep: by broadcasts on the
-- supplier's private topic, which only members hear. Presence stays closed. A member can so announce there what the
-- database announces, too: a colleague's page then reads again what it may read anyway.
create policy "members tell each other on their supplier's topic" on realtime.messages
  for insert to authenticated
  with check (extension = 'broadcast' and public.may_listen_to((select realtime.topic())));
