//! Code that reads like the body, word for word, and still is no site.

use super::context::Context;
use super::describe::Told;
use super::place::code;
use crate::find::{Env, Matcher, Steps};
use crate::golang::imports;
use crate::golang::types::Scope;
use crate::language::{Language, ListKind};
use crate::pattern::{Part, Root, Variant};
use crate::source::{Gap, Source, Tokens};

/// The work that one explanation may do.
const STEPS: u64 = 1_000_000;

/// Why the place of a context, all of whose words are those of the shape's before side, does not match.
pub(crate) fn structure(context: &Context<'_>, variant: &Variant, env: &Env) -> Told {
    let Context { side, source, names, packages, alignment } = *context;
    let tokens = &alignment.tokens;
    let told = |element: usize, token: usize, wanted: String, found: String, what: String| Told {
        row: side.elements.get(element).map_or(0, |e| e.row),
        token,
        wanted,
        found,
        what,
    };
    let missing = side.elements.iter().enumerate().find_map(|(n, e)| match &e.part {
        Part::Package { name, path } if packages.get(name).is_none_or(Option::is_none) => Some((n, name, path)),
        _ => None,
    });
    if let Some((element, name, path)) = missing {
        let mut what = format!("the file does not import \"{path}\" under a name of its own");
        if let Some(other) = imported_as(source, name) {
            what.push_str(&format!(": `{name}` is \"{other}\" in it"));
        }
        return told(element, tokens.start, name.clone(), code(source, tokens), what);
    }
    if let Some((element, token, what)) = shadowed(context) {
        return told(element, token, side.written(element).to_owned(), code(source, &(token..token + 1)), what);
    }
    if let Some(next) = repeated(variant, source, tokens) {
        let what = "the constant stands in a group whose next line repeats it (iota), so it cannot be changed alone";
        return told(0, tokens.start, side.written(0).to_owned(), code(source, &next), what.to_owned());
    }
    if source.is_broken(tokens) {
        let what = "a syntax error lies in it, as the grammar reads it".to_owned();
        return told(0, tokens.start, String::new(), String::new(), what);
    }
    if let Some(kinds) = variant.lists.filter(|_| variant.grouped.is_none()) {
        let stands = source.lists_at(tokens.start).any(|l| kinds.contains(&source.lists[l].kind));
        let name = kinds.first().and_then(|k| k.item_name()).unwrap_or("item");
        if !stands {
            let what = format!("it stands where no {name} can stand, and `as` asks for one");
            return told(0, tokens.start, side.written(0).to_owned(), code(source, tokens), what);
        }
    }
    if let Some((run, element)) = more_of_it(context) {
        return told(element, run.start, String::new(), code(source, &run), context.added(&run));
    }
    // As far as the matcher itself gets from there.
    let mut matcher = Matcher::new(side, source, env, packages).within(variant.lists, variant.grouped);
    let found = matcher.between(tokens.start..tokens.start + 1, &mut Steps(STEPS));
    if let (Ok(found), Some(miss)) = (found, &matcher.miss)
        && found.is_empty()
        && let Some(element) = side.elements.get(miss.element)
    {
        let here = miss.at..(miss.at + 1).min(source.tokens.len());
        let wanted = side.written(miss.element).to_owned();
        if let Some(hole) = element.part.hole()
            && let Some(bound) = env.get(&hole)
        {
            let bound = String::from_utf8_lossy(bound.text()).into_owned();
            let what =
                format!("`{}` stands for `{bound}` in the lines before, and must be the same here", names.show(hole));
            return told(miss.element, miss.at, bound, code(source, &here), what);
        }
        let is_token = matches!(element.part, Part::Token { .. } | Part::Package { .. });
        let gap = source.tokens.get(miss.at).map(|t| t.gap);
        if let Some(gap) = gap.filter(|g| is_token && *g != element.gap) {
            let name = |g: Gap| match g {
                Gap::None => "nothing",
                Gap::Comma => "a comma",
                Gap::Line => "a line end",
            };
            let what = format!("{} stands before this, where the body has {}", name(gap), name(element.gap));
            return told(miss.element, miss.at, wanted, code(source, &here), what);
        }
        let what = match element.part {
            Part::Item(_) => "what stands here is more or less than one item".to_owned(),
            Part::Statement(_) => "what stands here is not one statement".to_owned(),
            Part::Dots(..) => {
                "the ellipsis does not reach over whole items from here to the next line shown".to_owned()
            }
            _ => "the grammar groups the code in another way here".to_owned(),
        };
        return told(miss.element, miss.at, wanted, code(source, &here), what);
    }
    let around = &source.nodes[source.node_around(tokens)].tokens;
    let what = if around == tokens || around.len() > tokens.len() + 200 {
        "the words are those of the body, but the code is put together in another way".to_owned()
    } else {
        format!("it is part of `{}`, and no whole of its own there", code(source, around))
    };
    told(0, tokens.start, String::new(), String::new(), what)
}

/// A name of the place that reads like that of a package, and means something else: the element, the token, and what.
fn shadowed(context: &Context<'_>) -> Option<(usize, usize, String)> {
    let Context { side, source, packages, alignment, .. } = *context;
    side.elements.iter().enumerate().find_map(|(n, element)| {
        let Part::Package { name, .. } = &element.part else { return None };
        let local = packages.get(name)?.as_ref()?;
        let is_hidden = |t: &usize| source.text(*t) == local.name.as_bytes() && !local.is_at(source, *t);
        let token = alignment.tokens.clone().find(is_hidden)?;
        let shadow = Scope::of(source, &local.name).at(token)?;
        let (line, _) = source.lines.place(shadow.bytes.start);
        Some((
            n,
            token,
            format!("`{}` is a {} here, declared on line {line}, and not the package", local.name, shadow.what),
        ))
    })
}

/// The spec without a value that follows a const spec in its group, if one does.
fn repeated(variant: &Variant, source: &Source, tokens: &Tokens) -> Option<Tokens> {
    if variant.grouped != Some("const") {
        return None;
    }
    source.lists_at(tokens.start).find_map(|l| {
        let list = &source.lists[l];
        let last = list.items.iter().position(|i| i.tokens.end == tokens.end)?;
        let next = list.items.get(last + 1)?;
        let bare = !next.tokens.clone().any(|t| source.text(t) == b"=");
        (list.kind == ListKind::Specs && bare).then(|| next.tokens.clone())
    })
}

/// The path that a file imports under a name.
fn imported_as(source: &Source, name: &str) -> Option<String> {
    if source.language != Language::Go {
        return None;
    }
    let named = |s: &imports::ImportSpec| match &s.name {
        Some(alias) => alias == name,
        None => imports::default_name(&s.path) == name,
    };
    imports::specs(source).into_iter().find(named).map(|s| s.path)
}

/// What the whole has before or behind what the body shows: a word before a declaration, an `else` behind a block.
/// With the element that is beside it.
fn more_of_it(context: &Context<'_>) -> Option<(Tokens, usize)> {
    let Context { side, source, alignment, .. } = *context;
    let tokens = &alignment.tokens;
    let last = side.elements.len() - 1;
    let beside = |whole: &Tokens| -> Option<(Tokens, usize)> {
        match (whole.start < tokens.start, tokens.end < whole.end) {
            (true, false) => Some((whole.start..tokens.start, 0)),
            (false, true) => Some((tokens.end..whole.end, last)),
            _ => None,
        }
    };
    match &side.root {
        Root::Node(kinds) => {
            let node = source.node_around(tokens);
            let mut around = std::iter::once(node).chain(source.ancestors(node));
            let whole = around.find(|&id| kinds.contains(&source.kind(id)))?;
            beside(&source.nodes[whole].tokens)
        }
        Root::Run { .. } => {
            let items = source.lists.iter().flat_map(|l| &l.items).map(|i| &i.tokens);
            let torn = |i: &&Tokens| {
                tokens.start <= i.start && i.start < tokens.end && tokens.end < i.end
                    || i.start < tokens.start && tokens.start < i.end && i.end <= tokens.end
            };
            let item = items.filter(torn).min_by_key(|i| i.len())?;
            if item.end > tokens.end { Some((tokens.end..item.end, last)) } else { Some((item.start..tokens.start, 0)) }
        }
        Root::Value | Root::Name | Root::Part | Root::Empty => None,
    }
}
