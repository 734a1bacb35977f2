//! Time and processor time, step by step.

use std::time::Instant;

use dyad_prover::cost::Cost;

/// What one step of proving took.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// One of [`STEPS`](crate::STEPS).
    pub name: &'static str,
    /// Seconds that passed.
    pub seconds: f64,
    /// Processor time, where the system tells it.
    pub processor: Option<Processor>,
    /// What the step had to do; nothing for steps that no cost is known of.
    pub cost: Cost,
}

/// Processor time, in seconds, in user and kernel mode together.
#[derive(Clone, Copy, Debug)]
pub struct Processor {
    /// Of all threads of this process.
    pub all: f64,
    /// Of the thread that called the prover. Outside of a pool's threads it only waits while they
    /// work, so this is the time in which one thread worked alone.
    pub caller: f64,
}

impl Timing {
    /// The step goes on after others came between.
    fn add(&mut self, more: Self) {
        self.seconds += more.seconds;
        let sum =
            |(a, b): (Processor, Processor)| Processor { all: a.all + b.all, caller: a.caller + b.caller };
        self.processor = self.processor.zip(more.processor).map(sum);
    }
}

/// Takes the time of one step after another.
pub struct Stopwatch {
    start: Moment,
    begun: Vec<(&'static str, Moment)>,
}

#[derive(Clone, Copy)]
struct Moment {
    time: Instant,
    processor: Option<Processor>,
}

impl Stopwatch {
    /// Starts before the first step.
    pub fn start() -> Self {
        Self { start: Moment::now(), begun: Vec::new() }
    }

    /// A step begins, and the one before it ends.
    pub fn step(&mut self, name: &'static str) {
        self.begun.push((name, Moment::now()));
    }

    /// The seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.start.time.elapsed().as_secs_f64()
    }

    /// Whether a step has begun before.
    pub fn knows(&self, name: &str) -> bool {
        self.begun.iter().any(|(begun, _)| *begun == name)
    }

    /// The last step ends: what each took, in the order in which they first began, `costs` being what those that are
    /// named there had to do.
    pub fn finish(self, costs: &[(&str, Cost)]) -> Vec<Timing> {
        let ends: Vec<Moment> = self.begun.iter().skip(1).map(|b| b.1).chain([Moment::now()]).collect();
        let mut steps: Vec<Timing> = Vec::new();
        for ((name, from), to) in self.begun.into_iter().zip(ends) {
            let time = from.until(to, name, Cost::default());
            match steps.iter_mut().find(|step| step.name == name) {
                Some(step) => step.add(time),
                None => steps.push(time),
            }
        }
        for step in &mut steps {
            let found = costs.iter().find(|(name, _)| *name == step.name);
            step.cost = found.map(|(_, cost)| *cost).unwrap_or_default();
        }
        steps
    }
}

impl Moment {
    fn now() -> Self {
        Self { time: Instant::now(), processor: processor() }
    }

    fn until(self, end: Self, name: &'static str, cost: Cost) -> Timing {
        let between = |(from, to): (Processor, Processor)| Processor {
            all: to.all - from.all,
            caller: to.caller - from.caller,
        };
        Timing {
            name,
            seconds: (end.time - self.time).as_secs_f64(),
            processor: self.processor.zip(end.processor).map(between),
            cost,
        }
    }
}

/// The processor time so far.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems are not asked")]
fn processor() -> Option<Processor> {
    use rustix::time::{ClockId, clock_gettime};
    let seconds = |clock| {
        let time = clock_gettime(clock);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    };
    Some(Processor { all: seconds(ClockId::ProcessCPUTime), caller: seconds(ClockId::ThreadCPUTime) })
}

#[cfg(not(unix))]
fn processor() -> Option<Processor> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other() {
        let mut watch = Stopwatch::start();
        watch.step("wait");
        std::thread::sleep(std::time::Duration::from_millis(10));
        watch.step("work");
        watch.step("wait");
        assert!(watch.knows("wait") && !watch.knows("rest"));
        std::thread::sleep(std::time::Duration::from_millis(10));
        watch.step("work");
        let until = watch.seconds() + 0.02;
        while watch.seconds() < until {}
        let whole = watch.seconds();
        let cost = Cost { products: 7, ..Cost::default() };
        let steps = watch.finish(&[("work", cost), ("rest", cost)]);
        assert_eq!(steps.iter().map(|s| s.cost).collect::<Vec<_>>(), [Cost::default(), cost]);
        assert_eq!(steps.iter().map(|s| s.name).collect::<Vec<_>>(), ["wait", "work"]);
        assert!(steps[0].seconds >= 0.02 && steps[1].seconds >= 0.02);
        assert!(steps.iter().map(|s| s.seconds).sum::<f64>() >= whole - 0.01);
        // To sleep takes no processor time.
        if let Some(processor) = steps[0].processor {
            assert!(processor.caller < 0.02 && processor.caller <= processor.all + 1e-3);
        }
    }
}
