//! The labels of messages and challenges: what a transcript calls them.

/// Defines [`Label`] with the name of each.
macro_rules! labels {
    ($($(#[$doc:meta])* $label:ident = $name:literal,)*) => {
        /// What a message or a challenge is. Some messages share the label of the challenge that they bring.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Label {
            $($(#[$doc])* $label,)*
        }

        impl Label {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$label,)*];

            /// The name that the transcript hashes: at most 254 bytes of ASCII.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$label => $name,)*
                }
            }
        }
    };
}

labels! {
    /// The security level.
    Level = "level",
    /// The digest of the rules.
    Rules = "rules",
    /// The root of the program's columns.
    KeyRoot = "key root",
    /// The rows of the program's tables.
    KeyRows = "key rows",
    /// The bytes of the statement.
    Statement = "statement",
    /// What the verifier pushes.
    StatementPushes = "statement pushes",
    /// What the verifier pulls.
    StatementPulls = "statement pulls",
    /// The rows of all tables.
    Rows = "rows",
    /// The root of the run's columns.
    Commitment = "commitment",
    /// Factors of the words of a message.
    Alpha = "alpha",
    /// The constant of the leaves of active rows.
    Gamma = "gamma",
    /// The products of pushes and pulls.
    Products = "products",
    /// The factor that batches the two products of a layer.
    Lambda = "lambda",
    /// Rounds of a layer of the product trees.
    ProductLayer = "product layer",
    /// The four values that a layer leaves.
    LayerValues = "layer values",
    /// The variable that tells the halves of a layer apart.
    LayerVariable = "layer variable",
    /// The point of the AND check.
    Rho = "rho",
    /// The values of its univariate round.
    Skip = "skip",
    /// The challenge of its univariate round.
    Z = "z",
    /// The other rounds of the AND check.
    And = "and",
    /// The operands' values that it leaves.
    AndValues = "and values",
    /// The point of the powers.
    PowerPoint = "power point",
    /// The sum of all powers there.
    Power = "power",
    /// Rounds of a layer of the powers.
    PowerLayer = "power layer",
    /// The two values that a layer leaves.
    PowerValues = "power values",
    /// The variable that tells the halves of a layer apart.
    PowerVariable = "power variable",
    /// The factor of the equation of low bits.
    LowBits = "low bits",
    /// Rounds over the factors of the powers.
    PowerFactors = "power factors",
    /// What they leave of words: the exponent, and the low bits of both factors and of the product.
    PowerWords = "power words",
    /// The bases at the 64 conjugates of a point.
    Conjugates = "conjugates",
    /// The factor that batches them.
    ConjugateFactor = "conjugate factor",
    /// Rounds over the bases, and over both halves of the products.
    Bases = "bases",
    /// The three powers of the generator that they leave.
    BaseValues = "base values",
    /// The point that tells the three powers apart.
    Trees = "trees",
    /// The factor that batches the claims on leaves and operands.
    Eta = "eta",
    /// Rounds of the column reduction.
    Columns = "columns",
    /// The values that it leaves, one for each row point.
    ColumnValues = "column values",
    /// The factor that batches the claims on columns.
    Theta = "theta",
    /// Rounds of the point reduction.
    Points = "points",
    /// The cover of the ring switch, folded.
    Delta = "delta",
    /// What keeps that cover apart from the sums.
    Xi = "xi",
    /// The 128 sums of the ring switch.
    BitSums = "bit sums",
    /// The product of two values that are under pads.
    Product = "product",
    /// Values of the polynomial of all products.
    ProductValues = "product values",
    /// The point where its factors are seen.
    ProductPoint = "product point",
    /// The factors there.
    ProductFactors = "product factors",
    /// The square of a value that is under pads.
    Square = "square",
    /// The square of what covers the sum of all values that are squared.
    SquareMask = "square mask",
    /// The factor that batches these values.
    SquareFactor = "square factor",
    /// Their sum.
    SquareSum = "square sum",
    /// The point that combines the sums of the ring switch.
    Ring = "ring",
    /// The factor that batches the equations over pads.
    Chi = "chi",
    /// Weights of the entries that blind the first rounds.
    Blind = "blind",
    /// The weighted sum of these entries.
    Blinded = "blinded",
    /// The factor of the claim beside these.
    BlindFactor = "blind factor",
    /// What the weights come to on the mask.
    Masked = "masked",
    /// The factor of the folded vector beside the mask.
    MaskFactor = "mask factor",
    /// Rounds that fold committed vectors.
    Fold = "fold",
    /// The root of a folded vector.
    Root = "root",
    /// A folded vector in the clear.
    FinalVector = "final vector",
    /// A proof of work.
    Nonce = "nonce",
    /// A position of a code.
    Query = "query",
    /// The row of a codeword there.
    OpenedRow = "opened row",
    /// The factor that batches the equations of queries.
    Beta = "beta",
    /// The last rounds, on the vector in the clear.
    Tail = "tail",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_names_of_their_own() {
        for (i, a) in Label::ALL.iter().enumerate() {
            assert!(!a.name().is_empty() && a.name().len() < 255 && a.name().is_ascii());
            assert!(Label::ALL.iter().skip(i + 1).all(|b| a.name() != b.name()), "{a:?}");
        }
    }
}
