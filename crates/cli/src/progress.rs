//! Progress of long work, on terminals only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error that says what goes on and when it will end. Nothing is shown where
/// standard error is no terminal.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts with `message`.
    pub fn start(message: &'static str) -> Self {
        let bar = ProgressBar::new(1000);
        bar.set_style(Self::style("{spinner} {msg:<24} {elapsed_precise}"));
        bar.set_message(message);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    fn style(template: &str) -> ProgressStyle {
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }

    /// Says that `done`, from 0 to 1, of the work is done, and what goes on now.
    pub fn update(&self, done: f64, message: String) {
        if self.bar.position() == 0 && done > 0.0 {
            self.bar.set_style(Self::style("{spinner} {msg:<24} [{bar:30}] {percent:>3}%  {eta} left"));
        }
        self.bar.set_position((done.clamp(0.0, 1.0) * 1000.0) as u64);
        self.bar.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
