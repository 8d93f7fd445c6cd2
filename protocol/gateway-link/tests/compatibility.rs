//! The contract is published: gateways in houses were built against it. What was released stays; this test compiles
//! the `.proto` and refuses whatever was removed, renumbered or retyped. Additions are recorded by running it with
//! `UPDATE_GOLDEN=1`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, ServiceDescriptorProto};

const RELEASED: &str = include_str!("../proto/tomori/gateway/v1/released.txt");

/// What a peer depends on, by what it is found by on the wire: `message Hello 1` → `software: string`.
type Surface = BTreeMap<String, String>;

fn compile(source: &str) -> Surface {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("link.proto"), source).unwrap();
    let compiled = protox::compile(["link.proto"], [directory.path()]);
    let mut surface = Surface::new();
    for file in compiled.unwrap().file {
        surface.insert("package".to_owned(), file.package().to_owned());
        file.message_type
            .iter()
            .for_each(|message| read_message(&mut surface, "", message));
        file.enum_type
            .iter()
            .for_each(|values| read_enum(&mut surface, "", values));
        file.service
            .iter()
            .for_each(|service| read_service(&mut surface, service));
    }
    surface
}

fn read_message(surface: &mut Surface, outer: &str, message: &DescriptorProto) {
    let name = format!("{outer}{}", message.name());
    surface.insert(format!("message {name}"), "exists".to_owned());
    for field in &message.field {
        let oneof = field
            .oneof_index
            .map(|index| format!(" in {}", message.oneof_decl[usize::try_from(index).unwrap()].name()))
            .unwrap_or_default();
        surface.insert(
            format!("field {name} {}", field.number()),
            format!("{}{oneof}", field_text(field)),
        );
    }
    let inner = format!("{name}.");
    message
        .nested_type
        .iter()
        .for_each(|nested| read_message(surface, &inner, nested));
    message
        .enum_type
        .iter()
        .for_each(|values| read_enum(surface, &inner, values));
}

fn field_text(field: &FieldDescriptorProto) -> String {
    let label = if field.label() == Label::Repeated {
        "repeated "
    } else {
        ""
    };
    let kind = match field.r#type() {
        Type::Message | Type::Enum => field.type_name().rsplit("v1.").next().unwrap().to_owned(),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    };
    format!("{label}{kind} {}", field.name())
}

fn read_enum(surface: &mut Surface, outer: &str, values: &EnumDescriptorProto) {
    for value in &values.value {
        let key = format!("enum {outer}{} {}", values.name(), value.number());
        surface.insert(key, value.name().to_owned());
    }
}

fn read_service(surface: &mut Surface, service: &ServiceDescriptorProto) {
    for method in &service.method {
        let stream = |is: bool| if is { "stream " } else { "" };
        let text = format!(
            "{}{} -> {}{}",
            stream(method.client_streaming()),
            method.input_type(),
            stream(method.server_streaming()),
            method.output_type(),
        );
        surface.insert(format!("rpc {}.{}", service.name(), method.name()), text);
    }
}

fn write(surface: &Surface) -> String {
    let header = "# What was released of tomori.gateway.v1: `kind name number = text`, one a line. Written by\n\
                  # `UPDATE_GOLDEN=1 cargo test -p tomori-gateway-link`; lines are only ever added.\n";
    surface.iter().fold(header.to_owned(), |text, (key, value)| {
        text + key + " = " + value + "\n"
    })
}

fn parse(text: &str) -> Surface {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once(" = ").expect("`key = value`"))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Everything of `released` that `now` broke, in words.
fn broken(released: &Surface, now: &Surface) -> Vec<String> {
    released
        .iter()
        .filter_map(|(key, was)| match now.get(key) {
            None => Some(format!("{key} = {was}: removed or renumbered")),
            Some(is) if is != was => Some(format!("{key}: was `{was}`, is `{is}`")),
            Some(_) => None,
        })
        .collect()
}

#[test]
fn what_was_released_stays() {
    let now = compile(tomori_gateway_link::CONTRACT);
    let released = parse(RELEASED);
    let broken = broken(&released, &now);
    assert!(
        broken.is_empty(),
        "This breaks gateways in houses; make tomori.gateway.v2 for it:\n{}",
        broken.join("\n")
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/tomori/gateway/v1/released.txt");
        std::fs::write(path, write(&now)).unwrap();
        return;
    }
    let keys = |surface: &Surface| surface.keys().cloned().collect::<BTreeSet<_>>();
    let added: Vec<_> = keys(&now).difference(&keys(&released)).cloned().collect();
    assert!(
        added.is_empty(),
        "New in the contract and not yet recorded; run this test with UPDATE_GOLDEN=1 and commit released.txt:\n{}",
        added.join("\n")
    );
}

/// The check itself, tried on contracts that somebody might well write.
#[test]
fn each_way_of_breaking_it_is_found() {
    let source = tomori_gateway_link::CONTRACT;
    let released = compile(source);
    for (from, to, named) in [
        (
            "  string software = 1;\n  // Version of",
            "  // Version of",
            "field Hello 1",
        ),
        (
            "  uint64 plan_version = 2;",
            "  uint64 plan_version = 9;",
            "field Hello 2",
        ),
        (
            "  uint64 plan_version = 2;",
            "  string plan_version = 2;",
            "field Hello 2",
        ),
        (
            "  uint64 plan_version = 2;",
            "  uint64 version_of_plan = 2;",
            "field Hello 2",
        ),
        ("  repeated Event events = 2;", "  Event events = 2;", "field Batch 2"),
        ("    FLOOD = 5;", "    FLOOD = 6;", "enum Goodbye.Why 5"),
        ("    BUSY = 12;", "    TOO_BUSY = 12;", "enum CommandProgress.Reason 12"),
        (
            "    string operator = 4;\n  }",
            "  }\n  string operator = 4;",
            "field Origin 4",
        ),
        (
            "rpc Renew(RenewRequest) returns (RenewReply)",
            "rpc Renew(RenewRequest) returns (stream RenewReply)",
            "rpc GatewayLink.Renew",
        ),
        ("package tomori.gateway.v1;", "package tomori.gateways.v1;", "package"),
    ] {
        assert!(source.contains(from), "{from}");
        let found = broken(&released, &compile(&source.replacen(from, to, 1)));
        assert!(found.iter().any(|line| line.starts_with(named)), "{named}: {found:?}");
    }
    let added = source.replacen("    FLOOD = 5;", "    FLOOD = 5;\n    NEWER = 6;", 1);
    assert_eq!(
        broken(&released, &compile(&added)),
        Vec::<String>::new(),
        "an addition breaks nothing"
    );
}
