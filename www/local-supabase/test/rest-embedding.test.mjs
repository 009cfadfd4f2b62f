import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEachStorage } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.directors (id int primary key, name text);
    create table public.films (
      id int primary key, title text, year int,
      director_id int references public.directors (id)
    );
    create table public.folders (id int primary key, name text, parent_id int references public.folders (id));
    create table public.specs (film_id int primary key references public.films (id), runtime int);
    create table public.actors (id int primary key, name text);
    create table public.roles (
      film_id int references public.films (id), actor_id int references public.actors (id), part text,
      primary key (film_id, actor_id)
    );
    create table public.letters (
      id int primary key,
      sender int constraint letters_sender_fkey references public.directors (id),
      receiver int constraint letters_receiver_fkey references public.directors (id)
    );
    create view public.recent_films as select id, title, director_id from public.films where year > 1990;
    create view public.film_titles as select id as film, title from public.recent_films;
    create table public."äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü" (
      id int primary key, up int references public."äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü" (id)
    );
    insert into public."äöüäöüäöüäöüäöüäöüäöüäöüäöüäöü" values (1, null), (2, 1), (3, 2);
    insert into public.directors values (1, 'Ada'), (2, 'Bo'), (3, 'Cleo');
    insert into public.films values (10, 'One', 1980, 1), (11, 'Two', 1995, 1), (12, 'Three', 2000, 2),
      (13, 'Lost', 2010, null);
    insert into public.folders values (1, 'root', null), (2, 'home', 1), (3, 'etc', 1);
    insert into public.specs values (10, 90), (12, 120);
    insert into public.actors values (100, 'Xi'), (101, 'Yo'), (102, 'Zed');
    insert into public.roles values (10, 100, 'hero'), (10, 101, 'foe'), (11, 100, 'hero'), (12, 102, 'cat');
    insert into public.letters values (1, 1, 2), (2, 2, 1), (3, 1, 3);
  `);

describeOnEachStorage(
  'rest embedding',
  (backend) => {
    const from = (table) => backend.client().from(table);
    const data = async (query) => {
      const { data: rows, error } = await query;
      assert.equal(error, null, JSON.stringify(error));
      return rows;
    };
    const failure = async (query) => {
      const { error, status } = await query;
      return [status, error.code];
    };

    test('to one, to many, one to one and over a junction', async () => {
      assert.deepEqual(
        await data(from('films').select('title,directors(name),specs(runtime),actors(name)').eq('id', 10)),
        [
          {
            title: 'One',
            directors: { name: 'Ada' },
            specs: { runtime: 90 },
            actors: [{ name: 'Xi' }, { name: 'Yo' }],
          },
        ],
      );
      assert.deepEqual(await data(from('directors').select('name,films(title)').order('id')), [
        { name: 'Ada', films: [{ title: 'One' }, { title: 'Two' }] },
        { name: 'Bo', films: [{ title: 'Three' }] },
        { name: 'Cleo', films: [] },
      ]);
      assert.deepEqual(await data(from('films').select('directors(name),specs(runtime)').eq('id', 13)), [
        { directors: null, specs: null },
      ]);
    });

    test('several levels deep', async () => {
      assert.deepEqual(
        await data(
          from('directors')
            .select('name,films(title,roles(part,actors(name)))')
            .eq('id', 2)
            .eq('films.id', 12),
        ),
        [{ name: 'Bo', films: [{ title: 'Three', roles: [{ part: 'cat', actors: { name: 'Zed' } }] }] }],
      );
    });

    test('aliases, and the foreign key or its column instead of the table', async () => {
      assert.deepEqual(
        await data(
          from('letters')
            .select('from:directors!sender(name),to:directors!letters_receiver_fkey(name)')
            .eq('id', 3),
        ),
        [{ from: { name: 'Ada' }, to: { name: 'Cleo' } }],
      );
      assert.deepEqual(
        await data(from('letters').select('sender(name),letters_receiver_fkey(name)').eq('id', 1)),
        [{ sender: { name: 'Ada' }, letters_receiver_fkey: { name: 'Bo' } }],
      );
      assert.deepEqual(await data(from('films').select('title,actors!roles(name)').eq('id', 12)), [
        { title: 'Three', actors: [{ name: 'Zed' }] },
      ]);
    });

    test('a table that refers to itself', async () => {
      assert.deepEqual(await data(from('folders').select('inside:folders(name)').eq('id', 1)), [
        { inside: [{ name: 'home' }, { name: 'etc' }] },
      ]);
      assert.deepEqual(await data(from('folders').select('inside:folders!parent_id(name)').eq('id', 2)), [
        { inside: [] },
      ]);
      assert.deepEqual(
        await data(from('folders').select('in:parent_id(name,in:parent_id(name))').eq('id', 2)),
        [{ in: { name: 'root', in: null } }],
      );
    });

    test('a table whose name is as long as names may be', async () => {
      const name = 'äöü'.repeat(10);
      assert.deepEqual(await data(from(name).select('id,up(id,up(id))').eq('id', 3)), [
        { id: 3, up: { id: 2, up: { id: 1 } } },
      ]);
      assert.deepEqual(await data(from(name).select(`id,${name}(id,${name}(id))`).eq('id', 1)), [
        { id: 1, [name]: [{ id: 2, [name]: [{ id: 3 }] }] },
      ]);
    });

    test('an ambiguous embed lists what it may mean', async () => {
      const { error, status } = await from('letters').select('directors(name)');
      assert.deepEqual([status, error.code], [300, 'PGRST201']);
      assert.equal(
        error.hint,
        "Try changing 'directors' to one of the following: 'directors!letters_receiver_fkey', 'directors!letters_sender_fkey'. Find the desired relationship in the 'details' key.",
      );
      assert.deepEqual(error.details[0], {
        cardinality: 'many-to-one',
        embedding: 'letters with directors',
        relationship: 'letters_receiver_fkey using letters(receiver) and directors(id)',
      });
    });

    test('no relationship, or none by this hint', async () => {
      const { error, status } = await from('specs').select('actors(name)');
      assert.deepEqual([status, error.code], [400, 'PGRST200']);
      assert.equal(
        error.details,
        "Searched for a foreign key relationship between 'specs' and 'actors' in the schema 'public', but no matches were found.",
      );
      assert.deepEqual(await failure(from('films').select('directors!nope(name)')), [400, 'PGRST200']);
    });

    test('filters, order and pages of what is embedded', async () => {
      const films = (query) => query.then(({ data: [row] }) => row.films.map(({ id }) => id));
      const ada = () => from('directors').select('films(id)').eq('id', 1);
      assert.deepEqual(await films(ada().eq('films.year', 1995)), [11]);
      assert.deepEqual(
        await films(ada().order('year', { referencedTable: 'films', ascending: false })),
        [11, 10],
      );
      assert.deepEqual(
        await films(ada().order('id', { referencedTable: 'films' }).limit(1, { referencedTable: 'films' })),
        [10],
      );
      assert.deepEqual(
        await films(
          ada().order('id', { referencedTable: 'films' }).range(1, 1, { referencedTable: 'films' }),
        ),
        [11],
      );
      assert.deepEqual(
        await films(ada().or('year.lt.1990,title.eq.nope', { referencedTable: 'films' })),
        [10],
      );
      assert.deepEqual(await films(ada().not('films.title', 'eq', 'One')), [11]);
    });

    test('an alias is the name that filters go by', async () => {
      assert.deepEqual(await data(from('directors').select('made:films(id)').eq('id', 1).eq('made.id', 11)), [
        { made: [{ id: 11 }] },
      ]);
      assert.deepEqual(await failure(from('directors').select('made:films(id)').eq('films.id', 11)), [
        400,
        'PGRST108',
      ]);
    });

    test('inner leaves out rows without a match, also several levels down', async () => {
      const ids = async (query) => (await data(query.order('id'))).map(({ id }) => id);
      assert.deepEqual(await ids(from('directors').select('id,films!inner(id)').eq('films.year', 2000)), [2]);
      assert.deepEqual(
        await ids(from('films').select('id,actors!inner(id)').eq('actors.name', 'Xi')),
        [10, 11],
      );
      assert.deepEqual(
        await ids(
          from('directors').select('id,films!inner(actors!inner(name))').eq('films.actors.name', 'Zed'),
        ),
        [2],
      );
      const { count } = await from('directors').select('id,films!inner(id)', { count: 'exact', head: true });
      assert.equal(count, 2);
    });

    test('is null on an embed: rows that have none', async () => {
      const ids = async (query) => (await data(query.order('id'))).map(({ id }) => id);
      assert.deepEqual(await ids(from('directors').select('id,films()').is('films', null)), [3]);
      assert.deepEqual(await ids(from('directors').select('id,films()').not('films', 'is', null)), [1, 2]);
      assert.deepEqual(
        await ids(from('films').select('id,specs(),actors()').or('specs.not.is.null,actors.is.null')),
        [10, 12, 13],
      );
      assert.deepEqual(
        await ids(from('directors').select('id,films()').eq('films.year', 1980).not('films', 'is', null)),
        [1],
      );
      assert.deepEqual(await failure(from('directors').select('films()').eq('films', '1')), [
        400,
        'PGRST120',
      ]);
    });

    test('an empty embed does not show', async () => {
      assert.deepEqual(await data(from('directors').select('id,films()').eq('id', 1)), [{ id: 1 }]);
    });

    test('parents ordered by a column of the row they point to', async () => {
      const titles = await data(
        from('films')
          .select('title,directors(name)')
          .order('directors(name)', { ascending: false })
          .order('id'),
      );
      assert.deepEqual(
        titles.map(({ title }) => title),
        ['Lost', 'Three', 'One', 'Two'],
      );
      const { error, status } = await from('directors').select('films(id)').order('films(id)');
      assert.deepEqual([status, error.code], [400, 'PGRST118']);
      assert.equal(
        error.details,
        "'directors' and 'films' do not form a many-to-one or one-to-one relationship",
      );
      assert.deepEqual(await failure(from('films').select('id').order('directors(name)')), [400, 'PGRST108']);
    });

    test('counts of embedded rows', async () => {
      assert.deepEqual(await data(from('directors').select('name,films(count)').order('id')), [
        { name: 'Ada', films: [{ count: 2 }] },
        { name: 'Bo', films: [{ count: 1 }] },
        { name: 'Cleo', films: [{ count: 0 }] },
      ]);
    });

    test('a spread puts columns of the embedded row among those of the outer', async () => {
      assert.deepEqual(await data(from('films').select('title,...directors(director:name)').eq('id', 12)), [
        { title: 'Three', director: 'Bo' },
      ]);
      assert.deepEqual(await data(from('films').select('title,...specs(*)').in('id', [12, 13]).order('id')), [
        { title: 'Three', film_id: 12, runtime: 120 },
        { title: 'Lost', film_id: null, runtime: null },
      ]);
      assert.deepEqual(
        await data(from('roles').select('part,...films(title,...directors(name))').eq('actor_id', 102)),
        [{ part: 'cat', title: 'Three', name: 'Bo' }],
      );
    });

    test('many rows spread as lists', async () => {
      assert.deepEqual(
        await data(
          from('directors')
            .select('name,...films(titles:title,year)')
            .order('id')
            .order('id', { referencedTable: 'films', ascending: false }),
        ),
        [
          { name: 'Ada', titles: ['Two', 'One'], year: [1995, 1980] },
          { name: 'Bo', titles: ['Three'], year: [2000] },
          { name: 'Cleo', titles: [], year: [] },
        ],
      );
      assert.deepEqual(await data(from('actors').select('name,...roles(*)').eq('id', 102)), [
        { name: 'Zed', film_id: [12], actor_id: [102], part: ['cat'] },
      ]);
    });

    test('views have the relationships of the columns they show', async () => {
      assert.deepEqual(await data(from('recent_films').select('title,directors(name)').eq('id', 12)), [
        { title: 'Three', directors: { name: 'Bo' } },
      ]);
      assert.deepEqual(await data(from('directors').select('recent_films(title)').eq('id', 1)), [
        { recent_films: [{ title: 'Two' }] },
      ]);
      assert.deepEqual(await data(from('film_titles').select('title,specs(runtime)').eq('film', 12)), [
        { title: 'Three', specs: { runtime: 120 } },
      ]);
    });

    test('a filter on a table that is not embedded is refused', async () => {
      const { error, status } = await from('films').select('id').eq('directors.name', 'Ada');
      assert.deepEqual(
        [status, error.code, error.message, error.hint],
        [
          400,
          'PGRST108',
          "'directors' is not an embedded resource in this request",
          "Verify that 'directors' is included in the 'select' query parameter.",
        ],
      );
    });

    test('what a write returns may embed, too', async () => {
      assert.deepEqual(
        await data(
          from('films').update({ year: 1996 }).eq('id', 11).select('year,directors(name),actors(name)'),
        ),
        [{ year: 1996, directors: { name: 'Ada' }, actors: [{ name: 'Xi' }] }],
      );
      await from('films').update({ year: 1995 }).eq('id', 11);
    });
  },
  { prepare },
);
