//! A client for two days of virtual time, through faults and traffic: what it holds does not grow.
//!
//! A test program of its own, because the allocator that counts is everybody's: the client, the model of the server and
//! the world between them. None of them may grow.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// It shares the simulation's parts and needs only some of them.
#![allow(dead_code)]

#[path = "sim/acting.rs"]
mod acting;
#[path = "sim/application.rs"]
mod application;
#[path = "options/defaults.rs"]
mod defaults;
#[path = "sim/faults.rs"]
mod faults;
#[path = "sim/frames.rs"]
mod frames;
#[path = "sim/hearing.rs"]
mod hearing;
#[path = "sim/network.rs"]
mod network;
#[path = "sim/peer.rs"]
mod peer;
#[path = "sim/performing.rs"]
mod performing;
#[path = "clock/rest.rs"]
mod rest;
#[path = "sim/resting.rs"]
mod resting;
#[path = "sim/server/mod.rs"]
mod server;
#[path = "sim/tokens.rs"]
mod tokens;
#[path = "sim/traffic.rs"]
mod traffic;
#[path = "sim/watch.rs"]
mod watch;
#[path = "sim/wishes.rs"]
mod wishes;
#[path = "sim/world.rs"]
mod world;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

use faults::Fault;
use peer::Peer;
use server::{Millis, Settings, Version};
use wishes::MENU;
use world::World;

static HELD: AtomicIsize = AtomicIsize::new(0);

/// Counts the bytes that are held.
struct Counting;

// Everything is left to the system's allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size().cast_signed(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size().cast_signed(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const HOUR: Millis = 3_600_000;
const HOURS: u64 = 48;
/// After so many all that grows to its size and stays there has grown.
const WARM: usize = 8;
/// How long it is quiet before the bytes are counted: whatever waits has come by then.
const QUIET: Millis = 200_000;
/// The hours at either end whose means are compared, a day from each other: what is held swings by half as much as this with
/// the messages that happen to be kept. One word more a fault would be 16 kB a day, one a message 200 kB.
const PART: usize = 16;
const ALLOWANCE: isize = 12_288;

#[test]
fn days_of_faults_and_traffic_leave_memory_flat() {
    let mut world = World::new(24, Settings::default());
    for (number, version) in [Version::Two, Version::One].into_iter().enumerate() {
        world.add(Peer::new(number, MENU.to_vec(), true, version, number as u64));
        world.want_all(number);
    }
    let mut held = Vec::new();
    for hour in 1..=HOURS {
        world.weather.is_good = false;
        while world.now < hour * HOUR - QUIET {
            let end = world.now + world.rng.up_to(60_000);
            world.run(end);
            for _ in 0..10 {
                world.traffic();
            }
            world.settle();
            let fault = Fault::draw(&mut world.rng, 2);
            world.act(fault);
        }
        calm(&mut world);
        world.run((hour * HOUR).max(world.now + QUIET));
        for peer in &world.peers {
            let away: Vec<_> = peer.wanted.keys().filter(|id| !peer.is_live(id)).collect();
            assert!(away.is_empty(), "{away:?} of {} are away in hour {hour}", peer.user);
        }
        let watch = std::mem::take(&mut world.watch);
        (world.watch.messages, world.watch.live, world.watch.lived) =
            (watch.messages, watch.live, watch.lived);
        held.push(HELD.load(Relaxed));
    }
    let mean = |hours: &[isize]| hours.iter().sum::<isize>() / hours.len().cast_signed();
    let grown = mean(&held[held.len() - PART..]) - mean(&held[WARM..WARM + PART]);
    assert!(grown <= ALLOWANCE, "{grown} bytes more are held after {HOURS} hours: {held:?}");
}

/// The sky clears, everything is wanted, and nothing is tracked.
fn calm(world: &mut World) {
    world.weather.clear();
    world.server.refusals.clear();
    let awake = world.asleep.iter().flatten().max().copied().unwrap_or(0);
    world.run(world.now.max(awake + 1));
    for peer in 0..world.peers.len() {
        world.want_all(peer);
    }
}
