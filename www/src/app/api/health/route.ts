import { connection } from 'next/server';
import { type HealthReport, healthReports } from '@/lib/health/report';

let report: (() => Promise<HealthReport>) | null = null;

/** For uptime monitors, see docs/health.md. Everybody may ask: what many ask at once is found out once. */
export async function GET(): Promise<Response> {
  await connection();
  report ??= healthReports(process.env);
  const found = await report();
  return Response.json(found, {
    status: found.status === 'unhealthy' ? 503 : 200,
    headers: { 'cache-control': 'no-store' },
  });
}
