import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, describeOnEachStorage, password } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create function public.leave_settings() returns void language plpgsql as $$
    begin
      perform set_config('timezone', 'Asia/Tokyo', false);
      perform set_config('search_path', '', false);
      perform set_config('row_security', 'off', false);
      set role anon;
    end $$;
    create function public.facts() returns json language sql as $$
      select json_build_object('zone', current_setting('timezone'), 'rls', current_setting('row_security'),
        'session', session_user, 'role', current_user) $$;
    create function public.become(wanted text) returns text language plpgsql as $$
    begin
      perform set_config('role', wanted, true);
      return current_user;
    end $$;
    create table public.noted (id int primary key, role text, sub text);
    create function public.note() returns trigger language plpgsql as $$
    begin
      update public.noted set role = current_user, sub = auth.uid() where id = new.id and role is null;
      return null;
    end $$;
    create constraint trigger note after insert on public.noted deferrable initially deferred
      for each row execute function public.note();`);

describeOnEachStorage(
  'the session of a request',
  (backend) => {
    const call = async (name, body = {}) => {
      const response = await backend.rest(`/rpc/${name}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      return response.status === 204 ? null : response.json();
    };

    test('is left as new by a function that sets what holds until its end', async () => {
      const owner = (await backend.sql('select current_user as role'))[0].role;
      const before = await call('facts');
      // As many as there are connections, so that whoever comes next gets one of theirs.
      await Promise.all(Array.from({ length: 8 }, () => call('leave_settings')));
      for (let count = 0; count < 8; count += 1) assert.deepEqual(await call('facts'), before);
      const [path] = await backend.sql("select current_setting('search_path') as path, current_user as role");
      assert.deepEqual(path, { path: '"$user",public,extensions', role: owner });
      const { error } = await backend.client().auth.signInWithPassword({ email: amelia, password });
      assert.equal(error, null);
    });

    test('still belongs to the caller when deferred triggers fire', async () => {
      const client = await backend.signedIn(amelia);
      const { data } = await client.auth.getUser();
      await client.from('noted').insert({ id: 1 }).throwOnError();
      assert.deepEqual(await backend.sql('select role, sub from public.noted'), [
        { role: 'authenticated', sub: data.user.id },
      ]);
    });

    test('is the authenticator’s, so that nobody can become the owner', async () => {
      const owner = (await backend.sql('select current_user as role'))[0].role;
      assert.equal((await call('facts')).session, 'authenticator');
      assert.equal((await call('become', { wanted: owner })).code, '42501');
      // It is a member of the other two, in a project as well.
      assert.equal(await call('become', { wanted: 'service_role' }), 'service_role');
    });
  },
  { prepare },
);
