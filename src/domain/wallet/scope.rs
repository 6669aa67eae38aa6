//! What a lot may be used for, by how issues are served.

use crate::coded;
use crate::domain::issue::IssueKind;

coded! {
    /// What units of a lot may be used for.
    Scope {
        Any = "any", "すべて", "Everything";
        Remote = "remote", "電話・メール・チャット", "Phone, mail and chat";
        Phone = "phone", "電話", "Phone";
        Chat = "chat", "チャット", "Chat";
        Mail = "mail", "メール", "Mail";
        Visit = "visit", "訪問修理", "Repair visits";
        Maintenance = "maintenance", "点検・保守の訪問", "Maintenance visits";
    }
}

/// How an issue is served; lots may be for some of it only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    Phone,
    Chat,
    Mail,
    Visit,
    Maintenance,
}

impl Service {
    /// Of an issue of this kind: a visit where it needs one, else the way by which it came.
    pub const fn of(kind: IssueKind, needs_visit: bool, remote: Self) -> Self {
        match (needs_visit, kind) {
            (true, IssueKind::Maintenance) => Self::Maintenance,
            (true, _) => Self::Visit,
            (false, _) => remote,
        }
    }
}

impl Scope {
    /// Whether a lot of this scope pays for an issue that is served so.
    pub const fn covers(self, service: Service) -> bool {
        use Service as S;
        match self {
            Self::Any => true,
            Self::Remote => matches!(service, S::Phone | S::Chat | S::Mail),
            Self::Phone => matches!(service, S::Phone),
            Self::Chat => matches!(service, S::Chat),
            Self::Mail => matches!(service, S::Mail),
            Self::Visit => matches!(service, S::Visit),
            Self::Maintenance => matches!(service, S::Maintenance),
        }
    }

    /// The scopes that pay for it.
    pub fn paying(service: Service) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|scope| scope.covers(service)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_for_phone_calls_pays_no_visit() {
        use Service as S;
        let check = |scope: Scope, pays_for: &[S]| {
            let all = [S::Phone, S::Chat, S::Mail, S::Visit, S::Maintenance];
            let paid: Vec<S> = all.into_iter().filter(|service| scope.covers(*service)).collect();
            assert_eq!(paid, pays_for, "{scope}");
        };
        check(Scope::Any, &[S::Phone, S::Chat, S::Mail, S::Visit, S::Maintenance]);
        check(Scope::Remote, &[S::Phone, S::Chat, S::Mail]);
        check(Scope::Phone, &[S::Phone]);
        check(Scope::Chat, &[S::Chat]);
        check(Scope::Mail, &[S::Mail]);
        check(Scope::Visit, &[S::Visit]);
        check(Scope::Maintenance, &[S::Maintenance]);
        assert_eq!(Service::of(IssueKind::Maintenance, true, S::Phone), S::Maintenance);
        assert_eq!(Service::of(IssueKind::Fault, true, S::Mail), S::Visit);
        assert_eq!(Service::of(IssueKind::Question, false, S::Chat), S::Chat);
    }
}
