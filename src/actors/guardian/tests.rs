use std::time::Duration;

use actix_rt::Arbiter;

use super::*;

struct Counter {
    count: u32,
    lifeline: Lifeline,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Kept for Counter {
    const NAME: &'static str = "counter";
    const MAILBOX: usize = 2;
}

#[derive(Message)]
#[rtype(result = "u32")]
struct Count;

#[derive(Message)]
#[rtype(result = "()")]
struct Fall;

impl Handler<Count> for Counter {
    type Result = u32;
    fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u32 {
        self.count += 1;
        self.lifeline.teller().tell(self.count);
        self.count
    }
}

impl Handler<Fall> for Counter {
    type Result = ();
    fn handle(&mut self, _: Fall, _: &mut Context<Self>) {
        panic!("a fall on purpose");
    }
}

fn kept() -> Guardian {
    let guardian = Guardian::default();
    guardian.keep(&Arbiter::current(), "a", |lifeline| Counter { count: 0, lifeline });
    guardian
}

async fn until(guardian: &Guardian, restarts: u64) {
    for _ in 0..500 {
        if guardian.states()[0].restarts >= restarts && guardian.lookup::<Counter>("a").is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the actor did not come back: {:?}", guardian.states());
}

#[actix_rt::test]
async fn an_actor_comes_back_after_a_panic_and_the_fall_is_counted() {
    let guardian = kept();
    until(&guardian, 0).await;
    assert_eq!(guardian.ask::<Counter, _>("a", Count).await.unwrap(), 1);
    assert_eq!(guardian.ask::<Counter, _>("a", Count).await.unwrap(), 2);
    assert!(guardian.ask::<Counter, _>("a", Fall).await.is_err());
    until(&guardian, 1).await;
    assert_eq!(guardian.ask::<Counter, _>("a", Count).await.unwrap(), 1, "a new life begins anew");
    let state = &guardian.states()[0];
    assert_eq!((state.name.as_str(), state.state, state.restarts), ("counter:a", Life::Running, 1));
    assert_eq!(state.detail, 1);
}

#[actix_rt::test]
async fn a_full_mailbox_answers_busy() {
    let guardian = kept();
    until(&guardian, 0).await;
    let address = guardian.lookup::<Counter>("a").unwrap();
    let answers = futures_util::future::join_all((0..5).map(|_| ask(&address, Count))).await;
    let busy = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(busy, 3);
}

#[actix_rt::test]
async fn what_falls_after_the_end_stays_down() {
    let guardian = kept();
    until(&guardian, 0).await;
    guardian.stop();
    guardian.nudge::<Counter, _>("a", Fall);
    for _ in 0..500 {
        if guardian.states()[0].state == Life::Stopped {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("still {:?}", guardian.states());
}
