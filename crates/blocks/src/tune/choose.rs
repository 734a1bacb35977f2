//! Leaving out what is worth least, until the rest fits the budget.

use super::Budget;
use super::grow::Token;
use crate::block::Block;

/// A block that was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The block.
    pub block: Block,
    /// How often the traced run had it.
    pub rows: usize,
    /// What those rows cost, in nanoseconds of one core.
    pub cost: f64,
    /// What the rows of their instructions would have cost.
    pub single: f64,
}

struct Choice<'t> {
    tokens: &'t [Token],
    /// Whether a token has a table.
    kept: Vec<bool>,
    count: Vec<f64>,
}

impl Choice<'_> {
    /// What a token costs: as a row, or as what it was joined of.
    fn cost(&self, token: usize) -> f64 {
        if self.kept[token] { self.tokens[token].cost() } else { self.fallback(token) }
    }

    /// What it costs without a table.
    fn fallback(&self, token: usize) -> f64 {
        match self.tokens[token].parts {
            Some(parts) => parts.iter().map(|&part| self.cost(part)).sum(),
            None => self.tokens[token].single,
        }
    }

    /// Hands the count of a token that has no table down to its parts.
    fn hand_down(&mut self, token: usize) {
        if self.kept[token] || self.count[token] == 0.0 {
            return;
        }
        if let Some(parts) = self.tokens[token].parts {
            let count = std::mem::take(&mut self.count[token]);
            for part in parts {
                self.count[part] += count;
                self.hand_down(part);
            }
        }
    }

    /// Nanoseconds that a table saves, what fills it up to a power of two counted.
    fn worth(&self, token: usize) -> f64 {
        let count = self.count[token];
        let padding = PADDING * count + 8.0;
        count * self.fallback(token) - (count + padding) * self.tokens[token].cost()
    }
}

/// The part of a table's rows that fills it up, about.
const PADDING: f64 = 0.015;
/// The least part of all that a table has to save.
const LEAST: f64 = 2e-5;

/// The blocks that are worth most within the budget, the most valuable first.
pub(super) fn choose(tokens: &[Token], budget: &Budget) -> Vec<Chosen> {
    let total: f64 = tokens.iter().map(|t| t.count as f64 * t.single).sum();
    let mut choice = Choice {
        tokens,
        kept: tokens.iter().map(|t| t.cost() < t.single).collect(),
        count: tokens.iter().map(|t| t.count as f64).collect(),
    };
    for token in (0..tokens.len()).rev() {
        choice.hand_down(token);
    }
    let terms = |token: usize| tokens[token].block.as_ref().map_or(0, |b| b.size().terms);
    loop {
        let used: Vec<usize> =
            (0..tokens.len()).filter(|&t| choice.kept[t] && choice.count[t] > 0.0).collect();
        let over = used.iter().map(|&t| terms(t)).sum::<usize>() > budget.terms;
        let value = |token: usize| {
            let worth = choice.worth(token);
            if over { worth / terms(token).max(1) as f64 } else { worth }
        };
        let worst = used.iter().copied().min_by(|&a, &b| value(a).total_cmp(&value(b)));
        let Some(worst) = worst else { return Vec::new() };
        if !over && choice.worth(worst) >= LEAST * total {
            return finish(&choice, used);
        }
        choice.kept[worst] = false;
        choice.hand_down(worst);
    }
}

fn finish(choice: &Choice<'_>, mut used: Vec<usize>) -> Vec<Chosen> {
    used.sort_by(|&a, &b| choice.worth(b).total_cmp(&choice.worth(a)).then(a.cmp(&b)));
    used.into_iter()
        .map(|token| {
            let (count, t) = (choice.count[token], &choice.tokens[token]);
            let block = t.block.clone().expect("it has a table");
            Chosen { block, rows: count as usize, cost: count * t.cost(), single: count * t.single }
        })
        .collect()
}
