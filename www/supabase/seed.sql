-- Believable data of two wedding suppliers, for local use only: everybody's password is the same and is written
-- below. Dates follow today's, so that there are always weddings ahead. Never run this on a project that others use.

-- The feed's history is written here, not by the trigger, which would date everything today.
alter table public.clients disable trigger record_client_change;

insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
  confirmation_token, recovery_token, email_change_token_new, email_change,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000', id::uuid, 'authenticated', 'authenticated', email,
  extensions.crypt('wedding-demo-1', extensions.gen_salt('bf', 8)), now(),
  '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', name), now() - interval '2 years', now()
from (values
  ('a1000000-0000-4000-8000-000000000001', 'amelia@rosewood.example', 'Amelia Rose'),
  ('b1000000-0000-4000-8000-000000000002', 'ben@rosewood.example', 'Ben Carter'),
  ('c1000000-0000-4000-8000-000000000003', 'carla@lumen.example', 'Carla Lumen')
) as people (id, email, name);

insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
select
  id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true), 'email', now(), now(), now()
from auth.users
where email in ('amelia@rosewood.example', 'ben@rosewood.example', 'carla@lumen.example');

insert into public.suppliers (id, name, kind, created_at)
values
  ('51000000-0000-4000-8000-000000000001', 'Rosewood Barn', 'venue', now() - interval '2 years'),
  ('52000000-0000-4000-8000-000000000002', 'Lumen & Lace', 'photography', now() - interval '18 months');

insert into public.supplier_members (supplier_id, user_id, display_name, role)
values
  ('51000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 'Amelia Rose', 'owner'),
  ('51000000-0000-4000-8000-000000000001', 'b1000000-0000-4000-8000-000000000002', 'Ben Carter', 'member'),
  ('52000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000003', 'Carla Lumen', 'owner');

-- Weddings are on Saturdays: `weeks` counts them from the next one on, or back from the last.
create function pg_temp.saturday(weeks int) returns date
language sql
as $$
  select date_trunc('week', current_date)::date + 5 + 7 * weeks
$$;

insert into public.clients (
  supplier_id, id, name, partner_name, email, phone, wedding_date, venue, guest_count, budget_pence, status, notes,
  created_by, created_at, updated_at
)
select
  '51000000-0000-4000-8000-000000000001', id::uuid, name, partner_name, email, phone, pg_temp.saturday(weeks), venue, guest_count, budget_pence, status,
  notes, created_by::uuid, now() - make_interval(days => days_ago), now() - make_interval(days => days_ago / 2)
from (values
  ('d1000000-0000-4000-8000-000000000001', 'Charlotte Hughes', 'Daniel Okafor', 'charlotte.hughes@example.com', '07700 900114', 1, 'Rosewood Barn, Long Gallery', 120, 1865000, 'booked', 'Ceremony at 2 pm. Daniel''s grandmother needs step-free access.', 'a1000000-0000-4000-8000-000000000001', 7),
  ('d1000000-0000-4000-8000-000000000002', 'Imogen Clarke', 'Thomas Whitfield', 'imogen.clarke@example.com', '07700 900127', 2, 'Rosewood Barn, Orchard Marquee', 85, 1240000, 'booked', 'Own caterer: Fig & Thyme. Tasting is booked.', 'b1000000-0000-4000-8000-000000000002', 11),
  ('d1000000-0000-4000-8000-000000000003', 'Priya Sharma', 'James Holloway', 'priya.sharma@example.com', '07700 900133', 4, 'Rosewood Barn, Whole Estate', 220, 3450000, 'booked', 'Two-day celebration; baraat along the lime avenue at 11 am.', 'a1000000-0000-4000-8000-000000000001', 18),
  ('d1000000-0000-4000-8000-000000000004', 'Eleanor Booth', 'Grace Lindqvist', 'eleanor.booth@example.com', '07700 900146', 6, 'Rosewood Barn, Long Gallery', 64, 980000, 'booked', 'Small party, string quartet instead of a band.', 'b1000000-0000-4000-8000-000000000002', 25),
  ('d1000000-0000-4000-8000-000000000005', 'Megan Davies', 'Rhys Evans', 'megan.davies@example.com', '07700 900158', 9, 'Rosewood Barn, Long Gallery', 140, 2015000, 'booked', 'Male voice choir arrives by coach: keep the lower car park.', 'a1000000-0000-4000-8000-000000000001', 35),
  ('d1000000-0000-4000-8000-000000000006', 'Fatima Begum', 'Adam Rahman', 'fatima.begum@example.com', '07700 900162', 13, 'Rosewood Barn, Whole Estate', 260, 3980000, 'booked', 'Halal kitchen confirmed; separate prayer room needed.', 'b1000000-0000-4000-8000-000000000002', 43),
  ('d1000000-0000-4000-8000-000000000007', 'Olivia Marsh', 'Henry Pemberton', 'olivia.marsh@example.com', '07700 900175', 17, 'Rosewood Barn, Orchard Marquee', 110, 1575000, 'booked', 'Rain plan signed. Dog is the ring bearer.', 'a1000000-0000-4000-8000-000000000001', 56),
  ('d1000000-0000-4000-8000-000000000008', 'Sophie Turner-Wright', 'Luke Adeyemi', 'sophie.tw@example.com', '07700 900183', 22, 'Rosewood Barn, Long Gallery', 95, null, 'enquiry', 'Wants a Friday if Saturdays are gone. Viewing next week.', 'b1000000-0000-4000-8000-000000000002', 8),
  ('d1000000-0000-4000-8000-000000000009', 'Hannah McAllister', 'Ewan Fraser', 'hannah.mcallister@example.com', '07700 900191', 27, 'Rosewood Barn, Whole Estate', 180, 2600000, 'enquiry', 'Ceilidh band needs the dance floor extended.', 'a1000000-0000-4000-8000-000000000001', 9),
  ('d1000000-0000-4000-8000-000000000010', 'Zoe Papadakis', 'Nathan Cole', 'zoe.papadakis@example.com', '07700 900205', 31, 'Rosewood Barn, Orchard Marquee', 70, 890000, 'enquiry', 'Asked about winter rates and heaters in the marquee.', 'b1000000-0000-4000-8000-000000000002', 10),
  ('d1000000-0000-4000-8000-000000000011', 'Beatrice Langley', 'Oscar Moreau', 'beatrice.langley@example.com', '07700 900219', 40, null, 150, 2200000, 'enquiry', 'Comparing us with two other barns. Sent the brochure.', 'a1000000-0000-4000-8000-000000000001', 11),
  ('d1000000-0000-4000-8000-000000000012', 'Amara Nwosu', 'Callum Reid', 'amara.nwosu@example.com', '07700 900228', -2, 'Rosewood Barn, Whole Estate', 190, 2890000, 'completed', 'Lovely day. Waiting for their photographs for the gallery.', 'b1000000-0000-4000-8000-000000000002', 321),
  ('d1000000-0000-4000-8000-000000000013', 'Lucy Harrington', 'Ben Atkins', 'lucy.harrington@example.com', '07700 900231', -5, 'Rosewood Barn, Long Gallery', 105, 1620000, 'completed', 'Deposit for the broken lantern returned.', 'a1000000-0000-4000-8000-000000000001', 332),
  ('d1000000-0000-4000-8000-000000000014', 'Georgina Price', 'Samuel Whitaker', 'georgina.price@example.com', '07700 900244', -9, 'Rosewood Barn, Orchard Marquee', 80, 1130000, 'completed', null, 'b1000000-0000-4000-8000-000000000002', 343),
  ('d1000000-0000-4000-8000-000000000015', 'Katie O''Connor', 'Liam Byrne', 'katie.oconnor@example.com', '07700 900256', 12, null, 130, 1500000, 'lost', 'Chose a venue nearer to the family in Sligo.', 'a1000000-0000-4000-8000-000000000001', 44)
) as couples (
  id, name, partner_name, email, phone, weeks, venue, guest_count, budget_pence, status, notes, created_by, days_ago
);

insert into public.clients (
  supplier_id, id, name, partner_name, email, phone, wedding_date, venue, guest_count, budget_pence, status, notes,
  created_by, created_at, updated_at
)
select
  '52000000-0000-4000-8000-000000000002', id::uuid, name, partner_name, email, phone, pg_temp.saturday(weeks), venue, guest_count, budget_pence, status,
  notes, created_by::uuid, now() - make_interval(days => days_ago), now() - make_interval(days => days_ago / 2)
from (values
  ('d2000000-0000-4000-8000-000000000001', 'Isla Cameron', 'Finlay Stewart', 'isla.cameron@example.com', '07700 900311', 1, 'Kinlochard Boathouse, Stirlingshire', 48, 210000, 'booked', 'Elopement feel. Boat leaves at 4 pm for the light.', 'c1000000-0000-4000-8000-000000000003', 7),
  ('d2000000-0000-4000-8000-000000000002', 'Rebecca Stone', 'Matthew Ellis', 'rebecca.stone@example.com', '07700 900325', 3, 'St Mary''s, Painswick, then the Court House', 96, 285000, 'booked', 'No flash in the church. Vicar''s name is Joan.', 'c1000000-0000-4000-8000-000000000003', 14),
  ('d2000000-0000-4000-8000-000000000003', 'Anjali Patel', 'Rohan Mehta', 'anjali.patel@example.com', '07700 900332', 5, 'Osterley Park, Middlesex', 300, 640000, 'booked', 'Three events, second shooter for all of them.', 'c1000000-0000-4000-8000-000000000003', 21),
  ('d2000000-0000-4000-8000-000000000004', 'Florence Whitcombe', 'Arthur Dunn', 'florence.whitcombe@example.com', '07700 900348', 8, 'Babington House, Somerset', 90, 320000, 'booked', 'Film only for the speeches.', 'c1000000-0000-4000-8000-000000000003', 31),
  ('d2000000-0000-4000-8000-000000000005', 'Naomi Bailey', 'Tobi Adebayo', 'naomi.bailey@example.com', '07700 900353', 10, 'Islington Town Hall, then The Depot', 70, 195000, 'booked', 'Portraits on the steps, then the 43 bus to the party.', 'c1000000-0000-4000-8000-000000000003', 38),
  ('d2000000-0000-4000-8000-000000000006', 'Emily Rowntree', 'Jack Sutcliffe', 'emily.rowntree@example.com', '07700 900367', 14, 'Swinton Park, North Yorkshire', 115, 298000, 'booked', 'Group list is long: forty minutes.', 'c1000000-0000-4000-8000-000000000003', 46),
  ('d2000000-0000-4000-8000-000000000007', 'Chloe Fontaine', 'Marcus Grey', 'chloe.fontaine@example.com', '07700 900374', 19, 'Port Eliot, Cornwall', 130, 345000, 'enquiry', 'Asked for the album with the linen cover.', 'c1000000-0000-4000-8000-000000000003', 7),
  ('d2000000-0000-4000-8000-000000000008', 'Lauren Baxter', 'Dominic Shaw', 'lauren.baxter@example.com', '07700 900382', 24, 'The Engine Shed, Bath', 88, 240000, 'enquiry', 'Found us through Rebecca and Matthew.', 'c1000000-0000-4000-8000-000000000003', 8),
  ('d2000000-0000-4000-8000-000000000009', 'Maya Goldberg', 'Eli Rosen', 'maya.goldberg@example.com', '07700 900396', 29, 'Fulham Palace, London', 160, 410000, 'enquiry', 'Chuppah outdoors at sunset; Sunday wedding.', 'c1000000-0000-4000-8000-000000000003', 9),
  ('d2000000-0000-4000-8000-000000000010', 'Ruth Abernathy', 'Colin Mackie', 'ruth.abernathy@example.com', '07700 900403', 36, null, 55, null, 'enquiry', 'Date not settled. Wants black and white only.', 'c1000000-0000-4000-8000-000000000003', 10),
  ('d2000000-0000-4000-8000-000000000011', 'Victoria Lane', 'Hugo Bellamy', 'victoria.lane@example.com', '07700 900417', -1, 'Hengrave Hall, Suffolk', 140, 330000, 'completed', 'Preview of thirty pictures is due.', 'c1000000-0000-4000-8000-000000000003', 310),
  ('d2000000-0000-4000-8000-000000000012', 'Ella Fitzroy', 'Sebastian Hart', 'ella.fitzroy@example.com', '07700 900429', -4, 'Chapel Down Winery, Kent', 100, 275000, 'completed', 'Gallery delivered, album order open.', 'c1000000-0000-4000-8000-000000000003', 321),
  ('d2000000-0000-4000-8000-000000000013', 'Jasmine Walker', 'Theo Barnes', 'jasmine.walker@example.com', '07700 900435', -8, 'Trafalgar Tavern, Greenwich', 82, 225000, 'completed', null, 'c1000000-0000-4000-8000-000000000003', 332),
  ('d2000000-0000-4000-8000-000000000014', 'Alice Penrose', 'Gareth Bowen', 'alice.penrose@example.com', '07700 900448', 7, 'Portmeirion, Gwynedd', 60, 180000, 'lost', 'Went with a cousin who takes pictures.', 'c1000000-0000-4000-8000-000000000003', 28)
) as couples (
  id, name, partner_name, email, phone, weeks, venue, guest_count, budget_pence, status, notes, created_by, days_ago
);

insert into public.activity (supplier_id, client_id, actor_id, actor_name, kind, summary, created_at)
select
  clients.supplier_id, clients.id, members.user_id, members.display_name, kind, summary,
  now() - make_interval(hours => hours_ago)
from (values
  ('d1000000-0000-4000-8000-000000000014', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Georgina Price & Samuel Whitaker', 8238),
  ('d1000000-0000-4000-8000-000000000013', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Lucy Harrington & Ben Atkins', 7973),
  ('d1000000-0000-4000-8000-000000000012', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Amara Nwosu & Callum Reid', 7708),
  ('d1000000-0000-4000-8000-000000000014', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Georgina Price & Samuel Whitaker moved from enquiry to booked', 5775),
  ('d1000000-0000-4000-8000-000000000013', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Lucy Harrington & Ben Atkins moved from enquiry to booked', 5589),
  ('d1000000-0000-4000-8000-000000000012', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Amara Nwosu & Callum Reid moved from enquiry to booked', 5403),
  ('d1000000-0000-4000-8000-000000000014', 'b1000000-0000-4000-8000-000000000002', 'payment_received', 'Deposit of £2,260 received from Georgina Price & Samuel Whitaker', 4952),
  ('d1000000-0000-4000-8000-000000000013', 'a1000000-0000-4000-8000-000000000001', 'payment_received', 'Deposit of £3,240 received from Lucy Harrington & Ben Atkins', 4792),
  ('d1000000-0000-4000-8000-000000000012', 'b1000000-0000-4000-8000-000000000002', 'payment_received', 'Deposit of £5,780 received from Amara Nwosu & Callum Reid', 4633),
  ('d1000000-0000-4000-8000-000000000013', 'a1000000-0000-4000-8000-000000000001', 'note_added', 'Note for Lucy Harrington & Ben Atkins: Deposit for the broken lantern returned', 1605),
  ('d1000000-0000-4000-8000-000000000014', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Georgina Price & Samuel Whitaker moved from booked to completed', 1482),
  ('d1000000-0000-4000-8000-000000000007', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Olivia Marsh & Henry Pemberton', 1350),
  ('d1000000-0000-4000-8000-000000000015', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Katie O''Connor & Liam Byrne', 1056),
  ('d1000000-0000-4000-8000-000000000006', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Fatima Begum & Adam Rahman', 1037),
  ('d1000000-0000-4000-8000-000000000007', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Olivia Marsh & Henry Pemberton moved from enquiry to booked', 946),
  ('d1000000-0000-4000-8000-000000000005', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Megan Davies & Rhys Evans', 844),
  ('d1000000-0000-4000-8000-000000000007', 'a1000000-0000-4000-8000-000000000001', 'payment_received', 'Deposit of £3,150 received from Olivia Marsh & Henry Pemberton', 812),
  ('d1000000-0000-4000-8000-000000000013', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Lucy Harrington & Ben Atkins moved from booked to completed', 810),
  ('d1000000-0000-4000-8000-000000000006', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Fatima Begum & Adam Rahman moved from enquiry to booked', 727),
  ('d1000000-0000-4000-8000-000000000006', 'b1000000-0000-4000-8000-000000000002', 'payment_received', 'Deposit of £7,960 received from Fatima Begum & Adam Rahman', 624),
  ('d1000000-0000-4000-8000-000000000004', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Eleanor Booth & Grace Lindqvist', 603),
  ('d1000000-0000-4000-8000-000000000005', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Megan Davies & Rhys Evans moved from enquiry to booked', 592),
  ('d1000000-0000-4000-8000-000000000005', 'a1000000-0000-4000-8000-000000000001', 'payment_received', 'Deposit of £4,030 received from Megan Davies & Rhys Evans', 508),
  ('d1000000-0000-4000-8000-000000000003', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Priya Sharma & James Holloway', 434),
  ('d1000000-0000-4000-8000-000000000004', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Eleanor Booth & Grace Lindqvist moved from enquiry to booked', 423),
  ('d1000000-0000-4000-8000-000000000015', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Katie O''Connor & Liam Byrne moved from enquiry to lost', 422),
  ('d1000000-0000-4000-8000-000000000004', 'b1000000-0000-4000-8000-000000000002', 'payment_received', 'Deposit of £1,960 received from Eleanor Booth & Grace Lindqvist', 363),
  ('d1000000-0000-4000-8000-000000000012', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Amara Nwosu & Callum Reid moved from booked to completed', 306),
  ('d1000000-0000-4000-8000-000000000003', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Priya Sharma & James Holloway moved from enquiry to booked', 304),
  ('d1000000-0000-4000-8000-000000000007', 'a1000000-0000-4000-8000-000000000001', 'note_added', 'Note for Olivia Marsh & Henry Pemberton: Rain plan signed', 274),
  ('d1000000-0000-4000-8000-000000000011', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Beatrice Langley & Oscar Moreau', 267),
  ('d1000000-0000-4000-8000-000000000002', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Imogen Clarke & Thomas Whitfield', 265),
  ('d1000000-0000-4000-8000-000000000003', 'a1000000-0000-4000-8000-000000000001', 'payment_received', 'Deposit of £6,900 received from Priya Sharma & James Holloway', 261),
  ('d1000000-0000-4000-8000-000000000010', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Zoe Papadakis & Nathan Cole', 242),
  ('d1000000-0000-4000-8000-000000000009', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Hannah McAllister & Ewan Fraser', 217),
  ('d1000000-0000-4000-8000-000000000008', 'b1000000-0000-4000-8000-000000000002', 'client_added', 'New enquiry from Sophie Turner-Wright & Luke Adeyemi', 192),
  ('d1000000-0000-4000-8000-000000000002', 'b1000000-0000-4000-8000-000000000002', 'client_updated', 'Imogen Clarke & Thomas Whitfield moved from enquiry to booked', 185),
  ('d1000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 'client_added', 'New enquiry from Charlotte Hughes & Daniel Okafor', 168),
  ('d1000000-0000-4000-8000-000000000002', 'b1000000-0000-4000-8000-000000000002', 'payment_received', 'Deposit of £2,480 received from Imogen Clarke & Thomas Whitfield', 159),
  ('d1000000-0000-4000-8000-000000000004', 'b1000000-0000-4000-8000-000000000002', 'note_added', 'Note for Eleanor Booth & Grace Lindqvist: Small party, string quartet instead of a band', 123),
  ('d1000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 'client_updated', 'Charlotte Hughes & Daniel Okafor moved from enquiry to booked', 117),
  ('d1000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 'payment_received', 'Deposit of £3,730 received from Charlotte Hughes & Daniel Okafor', 100),
  ('d1000000-0000-4000-8000-000000000010', 'b1000000-0000-4000-8000-000000000002', 'note_added', 'Note for Zoe Papadakis & Nathan Cole: Asked about winter rates and heaters in the marquee', 57),
  ('d1000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 'note_added', 'Note for Charlotte Hughes & Daniel Okafor: Ceremony at 2 pm', 33),
  ('d2000000-0000-4000-8000-000000000013', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Jasmine Walker & Theo Barnes', 7973),
  ('d2000000-0000-4000-8000-000000000012', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Ella Fitzroy & Sebastian Hart', 7708),
  ('d2000000-0000-4000-8000-000000000011', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Victoria Lane & Hugo Bellamy', 7443),
  ('d2000000-0000-4000-8000-000000000013', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Jasmine Walker & Theo Barnes moved from enquiry to booked', 5589),
  ('d2000000-0000-4000-8000-000000000012', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Ella Fitzroy & Sebastian Hart moved from enquiry to booked', 5403),
  ('d2000000-0000-4000-8000-000000000011', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Victoria Lane & Hugo Bellamy moved from enquiry to booked', 5218),
  ('d2000000-0000-4000-8000-000000000013', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £450 received from Jasmine Walker & Theo Barnes', 4792),
  ('d2000000-0000-4000-8000-000000000012', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £550 received from Ella Fitzroy & Sebastian Hart', 4633),
  ('d2000000-0000-4000-8000-000000000011', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £660 received from Victoria Lane & Hugo Bellamy', 4474),
  ('d2000000-0000-4000-8000-000000000013', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Jasmine Walker & Theo Barnes moved from booked to completed', 1314),
  ('d2000000-0000-4000-8000-000000000006', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Emily Rowntree & Jack Sutcliffe', 1109),
  ('d2000000-0000-4000-8000-000000000005', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Naomi Bailey & Tobi Adebayo', 916),
  ('d2000000-0000-4000-8000-000000000006', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Emily Rowntree & Jack Sutcliffe moved from enquiry to booked', 777),
  ('d2000000-0000-4000-8000-000000000004', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Florence Whitcombe & Arthur Dunn', 747),
  ('d2000000-0000-4000-8000-000000000014', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Alice Penrose & Gareth Bowen', 678),
  ('d2000000-0000-4000-8000-000000000006', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £596 received from Emily Rowntree & Jack Sutcliffe', 667),
  ('d2000000-0000-4000-8000-000000000005', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Naomi Bailey & Tobi Adebayo moved from enquiry to booked', 642),
  ('d2000000-0000-4000-8000-000000000012', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Ella Fitzroy & Sebastian Hart moved from booked to completed', 642),
  ('d2000000-0000-4000-8000-000000000005', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £390 received from Naomi Bailey & Tobi Adebayo', 551),
  ('d2000000-0000-4000-8000-000000000004', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Florence Whitcombe & Arthur Dunn moved from enquiry to booked', 523),
  ('d2000000-0000-4000-8000-000000000003', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Anjali Patel & Rohan Mehta', 506),
  ('d2000000-0000-4000-8000-000000000004', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £640 received from Florence Whitcombe & Arthur Dunn', 449),
  ('d2000000-0000-4000-8000-000000000003', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Anjali Patel & Rohan Mehta moved from enquiry to booked', 354),
  ('d2000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Rebecca Stone & Matthew Ellis', 337),
  ('d2000000-0000-4000-8000-000000000003', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £1,280 received from Anjali Patel & Rohan Mehta', 304),
  ('d2000000-0000-4000-8000-000000000014', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Alice Penrose & Gareth Bowen moved from enquiry to lost', 268),
  ('d2000000-0000-4000-8000-000000000010', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Ruth Abernathy & Colin Mackie', 242),
  ('d2000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Rebecca Stone & Matthew Ellis moved from enquiry to booked', 236),
  ('d2000000-0000-4000-8000-000000000009', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Maya Goldberg & Eli Rosen', 217),
  ('d2000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £570 received from Rebecca Stone & Matthew Ellis', 202),
  ('d2000000-0000-4000-8000-000000000008', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Lauren Baxter & Dominic Shaw', 192),
  ('d2000000-0000-4000-8000-000000000007', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Chloe Fontaine & Marcus Grey', 174),
  ('d2000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000003', 'client_added', 'New enquiry from Isla Cameron & Finlay Stewart', 168),
  ('d2000000-0000-4000-8000-000000000004', 'c1000000-0000-4000-8000-000000000003', 'note_added', 'Note for Florence Whitcombe & Arthur Dunn: Film only for the speeches', 151),
  ('d2000000-0000-4000-8000-000000000011', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Victoria Lane & Hugo Bellamy moved from booked to completed', 138),
  ('d2000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000003', 'client_updated', 'Isla Cameron & Finlay Stewart moved from enquiry to booked', 117),
  ('d2000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000003', 'payment_received', 'Deposit of £420 received from Isla Cameron & Finlay Stewart', 100),
  ('d2000000-0000-4000-8000-000000000010', 'c1000000-0000-4000-8000-000000000003', 'note_added', 'Note for Ruth Abernathy & Colin Mackie: Date not settled', 57),
  ('d2000000-0000-4000-8000-000000000007', 'c1000000-0000-4000-8000-000000000003', 'note_added', 'Note for Chloe Fontaine & Marcus Grey: Asked for the album with the linen cover', 39),
  ('d2000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000003', 'note_added', 'Note for Isla Cameron & Finlay Stewart: Elopement feel', 33)
) as history (client_id, actor_id, kind, summary, hours_ago)
join public.clients on clients.id = history.client_id::uuid
join public.supplier_members as members
  on members.supplier_id = clients.supplier_id and members.user_id = history.actor_id::uuid
order by hours_ago desc;

alter table public.clients enable trigger record_client_change;
