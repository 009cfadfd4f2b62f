//! Many clients lose the server in the same millisecond: they must not all come back in the same one.

use crate::peer::Peer;
use crate::server::{Millis, Settings, Version};
use crate::wishes::{ALL, Wish, wish};
use crate::world::World;

const CLIENTS: usize = 60;
/// No so long a time sees more than a third of them.
const MOMENT: Millis = 25;
/// How long the server is away.
const AWAY: Millis = 40_000;

/// The most sockets that were asked for within a moment.
fn crowd(mut attempts: Vec<Millis>) -> usize {
    attempts.sort_unstable();
    let within =
        |first: usize| attempts[first..].iter().take_while(|at| **at < attempts[first] + MOMENT).count();
    (0..attempts.len()).map(within).max().unwrap_or(0)
}

#[test]
fn a_herd_that_lost_the_server_at_once_comes_back_spread() {
    let mut world = World::new(5, Settings::default());
    for number in 0..CLIENTS {
        world.add(Peer::new(number, vec![Wish::LOBBY], false, Version::Two, number as u64));
        world.want_all(number);
    }
    world.run(120_000);
    world.weather.away = world.now + AWAY;
    for number in 0..CLIENTS {
        world.cut(number);
    }
    world.run(world.now + AWAY);
    let attempts = world.watch.attempts();
    assert!(attempts.len() >= CLIENTS, "everybody tried: {}", attempts.len());
    let crowd = crowd(attempts);
    assert!(crowd <= CLIENTS / 3, "{crowd} of {CLIENTS} came within {MOMENT} ms");
    world.run(world.now + AWAY);
    assert!(world.peers.iter().all(|peer| peer.is_live(Wish::LOBBY.id)), "everybody is back");
}

const CHANNELS: usize = 100;

#[test]
fn a_hundred_channels_come_back_within_the_servers_limit_of_joins() {
    let name = |number: usize| -> &'static str { format!("channel {number}").leak() };
    let wishes = (0..CHANNELS).map(|number| wish(name(number), name(number), false, ALL)).collect();
    let mut world = World::new(6, Settings::default());
    world.add(Peer::new(0, wishes, false, Version::Two, 6));
    world.want_all(0);
    world.run(90_000);
    let cut = world.now;
    world.cut(0);
    world.run(cut + 10_000);
    let mut joins = world.watch.joins();
    joins.retain(|at| *at > cut);
    joins.sort_unstable();
    assert_eq!(joins.len(), CHANNELS, "each is joined once");
    let a_second = |first: usize| joins[first..].iter().take_while(|at| **at < joins[first] + 1_000).count();
    let most = (0..CHANNELS).map(a_second).max().unwrap_or(0);
    let limit = usize::try_from(Settings::default().joins).expect("a small limit");
    assert!(most <= limit, "{most} joins within a second");
    let at_once = joins.iter().filter(|at| **at == joins[0]).count();
    assert!(at_once <= limit / 2, "{at_once} joins at once");
    assert!(world.peers[0].wanted.keys().all(|id| world.peers[0].is_live(id)), "all are back");
}
