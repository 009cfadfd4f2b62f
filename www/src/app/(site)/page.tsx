import { redirect } from 'next/navigation';
import { serverSession } from '@/data/server-session';
import { readSettings } from '@/lib/settings';

export default async function HomePage() {
  // The layout says what is missing.
  if (readSettings(process.env).problem !== null) return null;
  redirect((await serverSession()) === null ? '/sign-in' : '/dashboard');
}
