//! Progress of proving, with an estimate of what is left; on terminals only.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// Columns of the bar.
const WIDTH: usize = 30;

/// How far the work is.
struct Work {
    started: Instant,
    /// The step that goes on: since when, and the shares of the whole before and in it.
    step: Instant,
    before: f64,
    share: f64,
}

impl Work {
    /// The part that is done, from 0 to 1, and the seconds that are left.
    fn estimate(&self) -> Option<(f64, f64)> {
        if self.before <= 0.0 {
            return None;
        }
        let whole = (self.step - self.started).as_secs_f64() / self.before;
        let in_step = self.step.elapsed().as_secs_f64() / whole;
        // A step that takes longer than expected comes ever closer to its end.
        let part = if in_step < 0.8 * self.share {
            in_step
        } else {
            self.share * (1.0 - 0.16 / (in_step / self.share))
        };
        let done = self.before + part;
        Some((done, whole * (1.0 - done)))
    }
}

/// A line on standard error that says what goes on and when it will end. Nothing is shown where
/// standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
    work: Arc<Mutex<Work>>,
}

impl Progress {
    /// Starts with `message`.
    pub fn start(message: &str) -> Self {
        let now = Instant::now();
        let work = Arc::new(Mutex::new(Work { started: now, step: now, before: 0.0, share: 1.0 }));
        let shown = Arc::clone(&work);
        let draw = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let estimate = shown.lock().unwrap_or_else(PoisonError::into_inner).estimate();
            let Some((done, left)) = estimate else { return };
            let full = (done * WIDTH as f64) as usize;
            let (full, rest) = ("█".repeat(full), "░".repeat(WIDTH.saturating_sub(full)));
            let _ = write!(out, "{full}{rest} {:3.0}%, about {:.0} s left", 100.0 * done, left.ceil());
        };
        let style = ProgressStyle::with_template("{spinner:.cyan} {elapsed} {estimate} {msg:.dim}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner();
        bar.set_style(style.with_key("estimate", draw));
        bar.set_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, work }
    }

    /// Says that a step begins: what it is, the share of the whole that is done, and the share that
    /// it takes.
    pub fn step(&self, message: &str, before: f64, share: f64) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        (work.step, work.before, work.share) = (Instant::now(), before, share);
        drop(work);
        self.bar.set_message(message.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
