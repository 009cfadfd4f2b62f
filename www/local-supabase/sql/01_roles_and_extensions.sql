-- The roles, schemas and extensions that a Supabase project has before its first migration.
-- Every statement may run again: a data folder is bootstrapped at each start.

-- Roles belong to the whole server: another of its databases may be prepared at the same moment.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('anon', ''), ('authenticated', ''), ('service_role', 'bypassrls'), ('authenticator', '')
    ) as role (name, attributes)
  loop
    begin
      if not exists (select from pg_roles where rolname = wanted.name) then
        execute format('create role %I nologin noinherit %s', wanted.name, wanted.attributes);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end
$$;

-- To the owner too: one that is no superuser must be allowed to become whoever calls.
do $$
declare
  wanted record;
begin
  for wanted in
    select role, grantee
    from unnest(array['anon', 'authenticated', 'service_role']) as role,
      unnest(array['authenticator', current_user::text]) as grantee
    where (grantee = 'authenticator' or not (select rolsuper from pg_roles where rolname = current_user))
      and not exists (
        select from pg_auth_members as membership
        where roleid = role::regrole and membership.member = quote_ident(grantee)::regrole
          -- Since PostgreSQL 16, whoever creates a role is its member, but may not become it.
          and coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true)
      )
  loop
    execute format('grant %I to %I', wanted.role, wanted.grantee);
  end loop;
end
$$;

create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists realtime;
create schema if not exists supabase_migrations;

grant usage on schema public, extensions, auth, realtime to anon, authenticated, service_role;

create extension if not exists pgcrypto with schema extensions;

-- What Supabase grants on every object that a migration creates in `public`: row level security decides the rest.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;

create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  name text,
  statements text[]
);
