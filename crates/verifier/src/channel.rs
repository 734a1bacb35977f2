//! The channel between verifier and prover: to receive a message is to read and to absorb it.
//!
//! The steps of the protocol see nothing else of a proof, so none of them can use a message that the
//! challenges after it do not depend on.

use alloc::vec::Vec;

use dyad_field::K;

use crate::check::demand;
use crate::label::Label;
use crate::moves::{Move, nonce_length};
use crate::params::Level;
use crate::reader::Reader;
use crate::transcript::{Challenges, Transcript};
use crate::{Digest, Error, Hash};

/// A digest that no transcript has absorbed: good for nothing but the way to a root.
#[derive(Clone, Copy, Debug)]
pub struct Sibling(pub(crate) Digest);

/// What the verifier receives from the prover, and the challenges that it answers with.
pub trait Channel: Challenges {
    /// The hash function of Merkle trees.
    type Hash: Hash;

    /// Says that what follows is the section `name` of the proof.
    fn section(&mut self, name: &'static str);

    /// Receives `n` field elements, one message. Allocates only once the bytes are known to be there.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn elements(&mut self, label: Label, n: usize) -> Result<Vec<K>, Error>;

    /// Receives a digest.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn digest(&mut self, label: Label) -> Result<Digest, Error>;

    /// Receives a digest of a Merkle path: no challenge depends on it but through the root, which was
    /// received before and is what the path has to lead to.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn sibling(&mut self) -> Result<Sibling, Error>;

    /// Receives the nonce before a move, and demands that it is a proof of the work that the move takes, for all
    /// that came before it. Nothing is received where it takes none.
    ///
    /// # Errors
    /// [`Error::Truncated`]; [`Error::Work`].
    #[cfg_attr(feature = "deletions", track_caller)]
    fn work(&mut self, next: Move) -> Result<(), Error>;

    /// Receives a field element.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    fn element(&mut self, label: Label) -> Result<K, Error> {
        self.elements(label, 1)?.first().copied().ok_or(Error::Internal("the element that was asked for"))
    }
}

/// A proof, read from front to back, and its transcript.
#[derive(Debug)]
pub struct Received<'a, H> {
    proof: Reader<'a>,
    transcript: Transcript<H>,
    level: Level,
}

impl<'a, H: Hash> Received<'a, H> {
    /// The channel of a proof of which something may have been read already, which the transcript has
    /// absorbed. The level says how much work there is.
    pub fn new(proof: Reader<'a>, transcript: Transcript<H>, level: Level) -> Self {
        Self { proof, transcript, level }
    }

    /// The transcript of what was received.
    pub fn into_transcript(self) -> Transcript<H> {
        self.transcript
    }

    /// The proof, as far as it has been read.
    pub fn into_reader(self) -> Reader<'a> {
        self.proof
    }
}

impl<H: Hash> Challenges for Received<'_, H> {
    fn draw(&mut self, label: Label) -> K {
        self.transcript.draw(label)
    }
}

impl<H: Hash> Channel for Received<'_, H> {
    type Hash = H;

    fn section(&mut self, name: &'static str) {
        self.proof.section(name);
    }

    fn elements(&mut self, label: Label, n: usize) -> Result<Vec<K>, Error> {
        let elements = self.proof.elements(n)?;
        self.transcript.absorb_elements(label, &elements);
        Ok(elements)
    }

    fn digest(&mut self, label: Label) -> Result<Digest, Error> {
        let digest = self.proof.digest()?;
        self.transcript.absorb(label, &digest);
        Ok(digest)
    }

    fn sibling(&mut self) -> Result<Sibling, Error> {
        Ok(Sibling(self.proof.digest()?))
    }

    #[cfg_attr(feature = "deletions", track_caller)]
    fn work(&mut self, next: Move) -> Result<(), Error> {
        let bits = next.work(self.level);
        if bits == 0 {
            return Ok(());
        }
        let nonce = self.proof.nonce(nonce_length(bits))?;
        demand(self.transcript.check_work(bits, nonce), Error::Work(next.name()))
    }
}

/// Another channel, whose challenges and moves are kept in lists: for comparison with another implementation,
/// and with the security report.
#[derive(Debug)]
pub struct Recording<'a, C> {
    /// The channel.
    pub channel: &'a mut C,
    /// What is drawn from it.
    pub recorded: &'a mut Recorded,
}

/// What a verifier draws.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The challenges.
    pub drawn: Vec<(Label, K)>,
    /// The moves that they are in, whether these take work or not.
    pub moves: Vec<Move>,
}

impl<C: Challenges> Challenges for Recording<'_, C> {
    fn draw(&mut self, label: Label) -> K {
        let challenge = self.channel.draw(label);
        self.recorded.drawn.push((label, challenge));
        challenge
    }
}

impl<C: Channel> Channel for Recording<'_, C> {
    type Hash = C::Hash;

    fn section(&mut self, name: &'static str) {
        self.channel.section(name);
    }

    fn elements(&mut self, label: Label, n: usize) -> Result<Vec<K>, Error> {
        self.channel.elements(label, n)
    }

    fn digest(&mut self, label: Label) -> Result<Digest, Error> {
        self.channel.digest(label)
    }

    fn sibling(&mut self) -> Result<Sibling, Error> {
        self.channel.sibling()
    }

    #[cfg_attr(feature = "deletions", track_caller)]
    fn work(&mut self, next: Move) -> Result<(), Error> {
        self.recorded.moves.push(next);
        self.channel.work(next)
    }
}
