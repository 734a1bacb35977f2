//! A table's shape as a JSON object, for checks in other languages.

use dyad_rules::shape::{Column, Message, Node, TableShape};
use serde_json::{Value, json};

/// The object; `executes` is left open.
pub fn table(shape: &TableShape) -> Value {
    let names = |columns: &[Column]| columns.iter().map(|c| c.name).collect::<Vec<_>>();
    let messages = |list: &[Message]| list.iter().map(|m| json!([m.tag, m.words])).collect::<Vec<_>>();
    let node = |n: &Node| match *n {
        Node::Constant(c) => json!(["constant", c, 0]),
        Node::Committed(c) => json!(["committed", c, 0]),
        Node::Fixed(c) => json!(["fixed", c, 0]),
        Node::Xor(a, b) => json!(["xor", a, b]),
        Node::Shl(a, n) => json!(["shl", a, n]),
        Node::Shr(a, n) => json!(["shr", a, n]),
        Node::Mask(a, m) => json!(["mask", a, m]),
        Node::Broadcast(a, b) => json!(["broadcast", a, b]),
    };
    json!({
        "name": shape.name,
        "executes": null,
        "committed": names(&shape.committed),
        "fixed": names(&shape.fixed),
        "nodes": shape.nodes.iter().map(node).collect::<Vec<_>>(),
        "constraints": shape.ands.iter().map(|a| json!([a.name, a.operands])).collect::<Vec<_>>(),
        "products": shape.products.iter().map(|p| json!([p.name, p.operands])).collect::<Vec<_>>(),
        "pushes": messages(&shape.pushes),
        "pulls": messages(&shape.pulls),
    })
}
