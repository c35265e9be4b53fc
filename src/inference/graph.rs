//! Graphs as they are written, looked at before ONNX Runtime loads one.
//!
//! In: the bytes of a `model.onnx`. Out: its inputs, outputs and `metadata_props`. Refused: operators of strangers, data outside the file,
//! loops, an operator set that is newer than the runtime's, and what is no ONNX at all.

use std::collections::BTreeMap;

use prost::Message;

use super::manifest::{Dim, Dtype, ONLY_GRAPH, Port};

/// The newest operator set that ONNX Runtime 1.32 loads (tried one by one).
const NEWEST_OPSET: i64 = 28;
/// Operators of these domains come with ONNX Runtime.
const KNOWN_DOMAINS: [&str; 4] = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];
/// How deep graphs may lie in one another: those of our tasks have no branches at all.
const DEEPEST: usize = 4;

/// What a graph says of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    /// Its inputs.
    pub(super) inputs: Vec<Port>,
    /// Its outputs of numbers.
    pub(super) outputs: Vec<Port>,
    /// `metadata_props`.
    pub(super) metadata: BTreeMap<String, String>,
}

/// Looks at a graph.
///
/// # Errors
/// Why it is refused.
pub(super) fn look(bytes: &[u8]) -> Result<Look, String> {
    let model = Model::decode(bytes).map_err(|error| {
        // The rest of the message names every level.
        let is_deep = error.to_string().ends_with("recursion limit reached");
        let why = if is_deep {
            "its graphs are nested too deeply"
        } else {
            "it is no ONNX file, or cut short"
        };
        why.to_owned()
    })?;
    let graph = model
        .graph
        .as_ref()
        .ok_or("it is no ONNX file: it holds no graph")?;
    for opset in &model.opset_import {
        if is_default(&opset.domain) && opset.version > NEWEST_OPSET {
            return Err(format!(
                "its operator set is {}, this program runs up to {NEWEST_OPSET}: export it for an older one",
                opset.version
            ));
        }
    }
    let own: Vec<&str> = model.functions.iter().map(|f| f.domain.as_str()).collect();
    check(graph, &own, 0)?;
    for function in &model.functions {
        check_nodes(&function.node, &own, 0)?;
    }
    let weights: Vec<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let inputs = graph.input.iter();
    let inputs = inputs.filter(|input| !weights.contains(&input.name.as_str()));
    let metadata = model.metadata_props.into_iter();
    Ok(Look {
        inputs: inputs.filter_map(Value::port).collect(),
        outputs: graph.output.iter().filter_map(Value::port).collect(),
        metadata: metadata.map(|entry| (entry.key, entry.value)).collect(),
    })
}

fn is_default(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

fn check(graph: &Graph, own: &[&str], depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!(
            "its branches lie more than {DEEPEST} deep in one another"
        ));
    }
    let sparse = graph.sparse_initializer.iter();
    let sparse = sparse.flat_map(|sparse| [&sparse.values, &sparse.indices]);
    let mut tensors = graph.initializer.iter().chain(sparse.flatten());
    tensors.try_for_each(Tensor::is_inside)?;
    check_nodes(&graph.node, own, depth)
}

fn check_nodes(nodes: &[Node], own: &[&str], depth: usize) -> Result<(), String> {
    for node in nodes {
        let domain = node.domain.as_str();
        if !KNOWN_DOMAINS.contains(&domain) && !own.contains(&domain) {
            return Err(format!(
                "it needs the custom operator {domain}.{}, which this program does not have",
                node.op_type
            ));
        }
        if node.op_type == "Loop" {
            return Err("it holds a Loop, which may never end: export it without".to_owned());
        }
        for attribute in &node.attribute {
            let mut tensors = attribute.t.iter().chain(&attribute.tensors);
            tensors.try_for_each(Tensor::is_inside)?;
            let mut inner = attribute.g.iter().chain(&attribute.graphs);
            inner.try_for_each(|graph| check(graph, own, depth + 1))?;
        }
    }
    Ok(())
}

// The parts of onnx.proto that are looked at, by their numbers there; prost passes over all others.

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<Opset>,
    #[prost(message, repeated, tag = "14")]
    metadata_props: Vec<Entry>,
    #[prost(message, repeated, tag = "25")]
    functions: Vec<Function>,
}

#[derive(Clone, PartialEq, Message)]
struct Opset {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Function {
    #[prost(message, repeated, tag = "7")]
    node: Vec<Node>,
    #[prost(string, tag = "10")]
    domain: String,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<Value>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<Value>,
    #[prost(message, repeated, tag = "15")]
    sparse_initializer: Vec<Sparse>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
    #[prost(string, tag = "7")]
    domain: String,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(message, optional, tag = "5")]
    t: Option<Tensor>,
    #[prost(message, optional, tag = "6")]
    g: Option<Graph>,
    #[prost(message, repeated, tag = "10")]
    tensors: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    graphs: Vec<Graph>,
}

#[derive(Clone, PartialEq, Message)]
struct Sparse {
    #[prost(message, optional, tag = "1")]
    values: Option<Tensor>,
    #[prost(message, optional, tag = "2")]
    indices: Option<Tensor>,
}

/// A tensor but for its numbers.
#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(string, tag = "8")]
    name: String,
    #[prost(message, repeated, tag = "13")]
    external_data: Vec<Entry>,
    #[prost(int32, tag = "14")]
    data_location: i32,
}

impl Tensor {
    fn is_inside(&self) -> Result<(), String> {
        if self.external_data.is_empty() && self.data_location == 0 {
            return Ok(());
        }
        let location = self
            .external_data
            .iter()
            .find(|entry| entry.key == "location");
        let location = location.map_or("another file", |entry| entry.value.as_str());
        Err(format!(
            "the numbers of {} lie outside, in {location:?}: save it as one file",
            self.name
        ))
    }
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    r#type: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
struct Type {
    #[prost(message, optional, tag = "1")]
    tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    element: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
struct Dimension {
    #[prost(int64, tag = "1")]
    value: i64,
    #[prost(string, tag = "2")]
    name: String,
}

impl Value {
    /// None for what holds no numbers, as the names of classes that scikit-learn gives.
    fn port(&self) -> Option<Port> {
        let tensor = self.r#type.as_ref()?.tensor.as_ref()?;
        let dtype = match tensor.element {
            1 => Dtype::F32,
            6 => Dtype::I32,
            7 => Dtype::I64,
            10 => Dtype::F16,
            11 => Dtype::F64,
            _ => return None,
        };
        let dims = tensor.shape.as_ref()?.dim.iter();
        let shape = dims.map(|dim| match usize::try_from(dim.value) {
            Ok(size) if size > 0 => Dim::Fixed(size),
            _ => Dim::Free(dim.name.clone()),
        });
        Some(Port {
            graph: ONLY_GRAPH.to_owned(),
            name: self.name.clone(),
            is: None,
            dtype,
            shape: shape.collect(),
            column: None,
            labels: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(domain: &str, op_type: &str) -> Node {
        Node {
            op_type: op_type.to_owned(),
            domain: domain.to_owned(),
            ..Node::default()
        }
    }

    fn refused(graph: Graph) -> String {
        let model = Model {
            graph: Some(graph),
            ..Model::default()
        };
        look(&model.encode_to_vec()).unwrap_err()
    }

    #[test]
    fn what_may_not_be_loaded_is_refused_wherever_in_the_graph_it_lies() {
        let within = |inner: Graph| Graph {
            node: vec![Node {
                attribute: vec![Attribute {
                    g: Some(inner),
                    ..Attribute::default()
                }],
                ..node("", "If")
            }],
            ..Graph::default()
        };
        let of = |node| Graph {
            node: vec![node],
            ..Graph::default()
        };
        let outside = Tensor {
            name: "w".to_owned(),
            data_location: 1,
            ..Tensor::default()
        };
        let weights = Graph {
            initializer: vec![outside],
            ..Graph::default()
        };
        for (graph, wanted) in [
            (of(node("evil.example", "Spy")), "evil.example.Spy"),
            (of(node("", "Loop")), "Loop"),
            (weights, "the numbers of w lie outside"),
        ] {
            assert!(refused(graph.clone()).contains(wanted));
            assert!(refused(within(graph)).contains(wanted));
        }
        let deep = (0..6).fold(of(node("", "Relu")), |inner, _| within(inner));
        assert!(refused(deep).contains("deep in one another"));
    }

    #[test]
    fn bytes_that_are_no_graph_are_refused_and_never_panic() {
        assert!(look(b"not a graph").is_err());
        assert!(look(b"").is_err());
        let whole = std::fs::read("models/page-class/1/model.onnx").unwrap();
        assert!(look(&whole).unwrap().inputs.len() == 4);
        for cut in [1, 100, whole.len() / 2, whole.len() - 1] {
            assert!(look(&whole[..cut]).is_err(), "{cut}");
        }
    }
}
