/** The people of www/supabase/seed.sql: what the demo shows on the terminal and on the sign-in page. */
export const demoPassword = 'wedding-demo-1';

export const demoUsers = [
  { name: 'Amelia', email: 'amelia@rosewood.example', work: 'Rosewood Barn, venue' },
  { name: 'Ben', email: 'ben@rosewood.example', work: 'Rosewood Barn, venue' },
  { name: 'Carla', email: 'carla@lumen.example', work: 'Lumen & Lace, photography' },
];
