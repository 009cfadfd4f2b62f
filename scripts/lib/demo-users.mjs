/** The people of www/supabase/seed.sql: what the demo shows on the terminal. */
export const demoPassword = 'wedding-demo-1';

export const demoUsers = [
  { email: 'amelia@rosewood.example', supplier: 'Rosewood Barn' },
  { email: 'ben@rosewood.example', supplier: 'Rosewood Barn' },
  { email: 'carla@lumen.example', supplier: 'Lumen & Lace' },
];
