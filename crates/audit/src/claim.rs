//! What a row claims: the messages that it takes and puts, as the machine means them.

use dyad_machine::instr::{RESERVATION, SINK};
use dyad_machine::message::Message;
use dyad_machine::record::ImageCell;
use dyad_machine::row::TIME_STEP;

use crate::report::Difference;

/// What a message of a block is of, by its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    State,
    Register,
    Cell,
}

impl Of {
    /// Whether a tag is one that blocks have, and which.
    pub fn tag(tag: u64) -> Option<Self> {
        let [at, value] = [0u64; 2];
        let all = [
            (Message::State(at), Self::State),
            (Message::Register { at, value }, Self::Register),
            (Message::Ram { at, value }, Self::Cell),
        ];
        all.into_iter().find(|(message, _)| message.parts().0 == tag).map(|(_, of)| of)
    }
}

/// What tells cells apart: a register, or the low half of a memory cell's message, its address and whether it is
/// read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A register.
    Register(u8),
    /// Eight bytes of memory; bit 0 says that they are read-only.
    Cell(u32),
}

/// A message of a side: its tag and its words.
pub(crate) type Told = (u64, Vec<u64>);

/// A register or cell, as the row finds and leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub place: Place,
    /// Its value before the row.
    pub before: u64,
    /// Its value after the row.
    pub after: u64,
}

/// What a row claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub time: u32,
    pub entry: u32,
    pub exit: u32,
    /// Increasing, each place once.
    pub kept: Vec<Kept>,
    /// Whether a cell is found more than once.
    pub aliased: bool,
}

/// Why a row says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoSuchRow;

/// A time and a value.
type Access = (u32, u64);

fn halves(word: u64) -> (u32, u32) {
    (word as u32, (word >> 32) as u32)
}

/// The state of a side: pc and time.
fn state(told: &[Told]) -> Result<(u32, u32), Difference> {
    let mut states = told.iter().filter(|m| Of::tag(m.0) == Some(Of::State));
    match (states.next(), states.next()) {
        (Some((_, words)), None) if words.len() == 1 => Ok(halves(words[0])),
        _ => Err(Difference::Messages("not one state on each side")),
    }
}

/// The accesses of a side, by place and time.
fn accesses(told: &[Told]) -> Result<Vec<(Place, Access)>, Difference> {
    let mut out = Vec::new();
    for (tag, words) in told {
        let &[at, value] = &words[..] else {
            if Of::tag(*tag) == Some(Of::State) {
                continue;
            }
            return Err(Difference::Messages("a message of a form that blocks do not have"));
        };
        let (low, time) = halves(at);
        let place = match Of::tag(*tag) {
            Some(Of::Register) => {
                let index = u8::try_from(low).ok().filter(|&i| i > 0 && i <= RESERVATION && i != SINK);
                Place::Register(index.ok_or(Difference::Messages("no such register"))?)
            }
            Some(Of::Cell) => Place::Cell(low),
            _ => return Err(Difference::Messages("a message of a kind that blocks do not have")),
        };
        out.push((place, (time, value)));
    }
    out.sort_unstable();
    Ok(out)
}

/// Whether the memory has a cell at the low half of a message, with this value if it is read-only.
fn exists(image: &[ImageCell], cell: u32, value: u64) -> bool {
    let address = cell & !7;
    let found = image.binary_search_by_key(&address, |c| c.address).ok().map(|i| image[i]);
    match (cell & 7, found) {
        (0, found) => u64::from(address) >= dyad_abi::RAM_START && found.is_none_or(|c| !c.read_only),
        (1, Some(found)) => found.read_only && found.value == value,
        _ => false,
    }
}

/// The accesses of one place, in the order of time: what is found first and left last, and whether it is found again.
/// All but the first find what the one before left.
fn chain(
    time: u32,
    pulls: &[Access],
    pushes: &[Access],
) -> Result<Result<(u64, u64, bool), NoSuchRow>, Difference> {
    if pulls.len() != pushes.len() {
        return Err(Difference::Messages("a place is found and not left, or left and not found"));
    }
    for push in pushes {
        if push.0.wrapping_sub(time) >= TIME_STEP as u32 {
            return Err(Difference::Time { said: push.0 });
        }
    }
    if pushes.windows(2).any(|w| w[0].0 == w[1].0) {
        return Err(Difference::Order);
    }
    if pulls[1..] != pushes[..pushes.len() - 1] {
        return Ok(Err(NoSuchRow));
    }
    // Nobody else has times from the row's own on until it leaves the place.
    if (time..pushes[0].0).contains(&pulls[0].0) {
        return Ok(Err(NoSuchRow));
    }
    if pulls[0].0 >= pushes[0].0 {
        return Err(Difference::Order);
    }
    Ok(Ok((pulls[0].1, pushes[pushes.len() - 1].1, pushes.len() > 1)))
}

/// What a row finds, whatever it leaves.
pub(crate) fn found(pulls: &[Told]) -> Result<Claim, Difference> {
    let (entry, time) = state(pulls)?;
    let kept =
        accesses(pulls)?.into_iter().map(|(place, (_, value))| Kept { place, before: value, after: 0 });
    let mut claim = Claim { time, entry, exit: 0, kept: kept.collect(), aliased: false };
    claim.kept.dedup_by_key(|k| k.place);
    Ok(claim)
}

/// Whether what is found again was left so by the row itself, as far as these messages tell.
pub(crate) fn is_found_as_left(pulls: &[Told], pushes: &[Told]) -> bool {
    let (Ok(pulls), Ok(pushes)) = (accesses(pulls), accesses(pushes)) else { return false };
    let again = pulls.windows(2).filter(|w| w[0].0 == w[1].0).map(|w| w[1]);
    again.into_iter().all(|access| pushes.contains(&access))
}

/// Reads what a row claims, where the bus can have such a row.
pub(crate) fn read(
    image: &[ImageCell],
    pulls: &[Told],
    pushes: &[Told],
) -> Result<Result<Claim, NoSuchRow>, Difference> {
    let ((entry, time), (exit, later)) = (state(pulls)?, state(pushes)?);
    if later != time.wrapping_add(TIME_STEP as u32) {
        return Err(Difference::Time { said: later });
    }
    if u64::from(time) % TIME_STEP != 0 {
        return Ok(Err(NoSuchRow));
    }
    let (pulls, pushes) = (accesses(pulls)?, accesses(pushes)?);
    let places = |side: &[(Place, Access)]| {
        let mut out: Vec<Place> = side.iter().map(|p| p.0).collect();
        out.dedup();
        out
    };
    let all = places(&pulls);
    if all != places(&pushes) {
        return Err(Difference::Messages("a place is found and not left, or left and not found"));
    }
    let mut claim = Claim { time, entry, exit, kept: Vec::new(), aliased: false };
    for place in all {
        let of = |side: &[(Place, Access)]| -> Vec<Access> {
            side.iter().filter(|p| p.0 == place).map(|p| p.1).collect()
        };
        let Ok((before, after, aliased)) = chain(time, &of(&pulls), &of(&pushes))? else {
            return Ok(Err(NoSuchRow));
        };
        if let Place::Cell(cell) = place
            && !exists(image, cell, before)
        {
            return Ok(Err(NoSuchRow));
        }
        claim.aliased |= aliased;
        claim.kept.push(Kept { place, before, after });
    }
    Ok(Ok(claim))
}
