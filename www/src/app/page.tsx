import { redirect } from 'next/navigation';
import { serverBackend } from '@/data/server-backend';

export default async function HomePage() {
  const server = await serverBackend();
  // The layout says what is missing.
  if (server === null) return null;
  redirect((await server.session()) === null ? '/sign-in' : '/dashboard');
}
