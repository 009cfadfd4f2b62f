import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect } from '@wedsync/dashboard/testing';
import { password } from './people.js';

let count = 0;

/** A name no other client has: the tests of one worker share a database. */
export function uniqueName(first: string): string {
  count += 1;
  return `${first} Ashdown ${process.pid}-${count}`;
}

/** The names of all clients and of their partners, or of those of one supplier. */
export async function clientNames({ backend }: DashboardUnderTest, supplier?: string): Promise<string[]> {
  const rows = await backend.sql<{ supplier: string; names: (string | null)[] }>(
    `select s.name as supplier, json_build_array(c.name, c.partner_name) as names
     from public.clients c join public.suppliers s on s.id = c.supplier_id`,
  );
  return rows
    .filter((row) => supplier === undefined || row.supplier === supplier)
    .flatMap(({ names }) => names)
    .filter((name) => name !== null);
}

/** Saves a client as a person does, key by key, and waits until the dashboard is back. */
export async function saveClient(page: Page, name: string): Promise<void> {
  await page.goto('/clients/new');
  await page.getByTestId('client-name').pressSequentially(name);
  await page.getByTestId('save-client').click();
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
}

/** Adds a client over REST as this person, from a device with no page open. */
export async function addClientByRest(
  { supabaseUrl, anonKey }: DashboardUnderTest,
  email: string,
  name: string,
): Promise<void> {
  const session = await ask<{ access_token: string }>('/auth/v1/token?grant_type=password', {
    email,
    password,
  });
  const [supplier] = await ask<{ id: string }[]>(
    '/rest/v1/suppliers?select=id',
    undefined,
    session.access_token,
  );
  const client = { supplier_id: supplier?.id, name };
  await ask('/rest/v1/clients', client, session.access_token);

  async function ask<Answer>(path: string, body?: unknown, token = anonKey): Promise<Answer> {
    const response = await fetch(`${supabaseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { apikey: anonKey, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.ok, `${path}: ${response.status} ${text}`).toBe(true);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }
}
