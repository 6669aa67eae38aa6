//! Who may call what: the route table against the roles. A snapshot test shows it whole.

use super::Route;
use crate::domain::access::{Role, may};

/// One line per route: method, address, permission and a mark per role.
pub fn matrix(routes: &[Route]) -> String {
    let mut lines: Vec<String> = routes.iter().map(line).collect();
    lines.sort();
    let roles: String = Role::ALL.iter().map(|role| format!(" {:<10}", role.as_str())).collect();
    format!("{:<52} {:<13}{}\n{}\n", "route", "permission", roles.trim_end(), lines.join("\n"))
}

fn line(route: &Route) -> String {
    let address = format!("{} {}", route.path, route.method);
    let marks: String = Role::ALL.iter().map(|role| format!(" {:<10}", mark(route, *role))).collect();
    let permission = route.permission.map_or("public", |permission| permission.as_str());
    format!("{address:<52} {permission:<13}{}", marks.trim_end())
}

fn mark(route: &Route, role: Role) -> &'static str {
    match route.permission {
        None => "yes",
        Some(permission) if may(role, permission) => "yes",
        Some(_) => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_call_what() {
        insta::assert_snapshot!(matrix(&crate::node::routes()));
    }
}
