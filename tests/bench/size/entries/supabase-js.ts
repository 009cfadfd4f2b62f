import { createClient } from '@supabase/supabase-js';

/* The official client alone: sign-in, requests and changes. It loses what happens while its socket is down. */

const supabase = createClient('https://project.supabase.co', 'publishable-key');

const filter = 'supplier_id=eq.51000000-0000-4000-8000-000000000001';
const { data } = await supabase.auth.getSession();
if (!data.session) await supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
console.log(await supabase.from('activity').select().throwOnError());

supabase
  .channel('activity')
  .on('postgres_changes', { event: '*', schema: 'public', table: 'activity', filter }, (change) =>
    console.log(change),
  )
  .subscribe();
