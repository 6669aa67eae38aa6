//! The first argument of every handler: who may call it.

use std::marker::PhantomData;

use actix_web::HttpRequest;
use actix_web::http::Method;

use super::call::services;
use super::cookie::Token;
use crate::domain::access::{Actor, Permission, User, may};
use crate::domain::ids::{CustomerId, TechnicianId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::store::Fault;
use crate::store::access::{LoggedIn, TokenHash};

/// A permission as a type, so that a handler's signature says what it needs.
pub trait Right: 'static {
    const PERMISSION: Permission;
    /// Devices without any header of their own may name the token in the address.
    const TOKEN_IN_ADDRESS: bool = false;
}

/// The permissions of [`Permission`] as types.
pub mod perm {
    use super::{Permission, Right};

    macro_rules! rights {
        ($($name:ident)+) => {$(
            #[doc = concat!("[`Permission::", stringify!($name), "`]")]
            pub struct $name;
            impl Right for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )+};
    }

    /// [`Permission::WorkVisits`], for vehicle trackers too.
    pub struct ReportPositions;
    impl Right for ReportPositions {
        const PERMISSION: Permission = Permission::WorkVisits;
        const TOKEN_IN_ADDRESS: bool = true;
    }

    rights!(TakeCalls ReadDesk ReadCatalog ReadBoard Dispatch StopClocks GiveLinks WorkVisits ReadPortal ReadHistory Administer OwnSession Live
        SellTickets GrantTickets CaptureHold ReleaseHold ReverseUse AdjustBalance ApproveAdjustment TransferTickets VoidLot
        RefundTickets SetPolicy AuditLedger ReadBooks ReadForecast RaiseDispute ConfirmUse AcknowledgeLot DecideDispute
        SetApprovalRule GiveApproval ReportFault);
}

/// Somebody who is logged in and has the right `P`.
pub struct Allowed<P> {
    pub user: User,
    pub actor: Actor,
    /// Names the session, so that it can be ended.
    pub token: TokenHash,
    pub expires_at: Timestamp,
    right: PhantomData<P>,
}

impl<P> Allowed<P> {
    /// The technician that this person is.
    pub fn technician(&self) -> Result<TechnicianId, Fault> {
        self.user.technician.ok_or_else(|| Refusal::new(Code::Forbidden).into())
    }

    /// The customer that this person belongs to.
    pub fn customer(&self) -> Result<CustomerId, Fault> {
        self.user.customer.ok_or_else(|| Refusal::new(Code::Forbidden).into())
    }
}

/// Anybody: stands where a route is open on purpose.
pub struct Public;

mod sealed {
    pub trait Sealed {}
    impl<P> Sealed for super::Allowed<P> {}
    impl Sealed for super::Public {}
}

/// Lets a request in or refuses it, before its body is read. Only [`Allowed`] and [`Public`] do that.
#[expect(async_fn_in_trait, reason = "the futures stay on the worker that made them")]
pub trait Guard: Sized + sealed::Sealed {
    /// None: open to everybody.
    const PERMISSION: Option<Permission>;
    async fn admit(request: &HttpRequest) -> Result<Self, Fault>;
    fn actor(&self) -> Option<&Actor>;
}

impl<P: Right> Guard for Allowed<P> {
    const PERMISSION: Option<Permission> = Some(P::PERMISSION);

    async fn admit(request: &HttpRequest) -> Result<Self, Fault> {
        let in_address = || P::TOKEN_IN_ADDRESS.then(|| Token::in_address(request)).flatten();
        let token = in_address().or_else(|| Token::of(request)).ok_or_else(|| Refusal::new(Code::AuthRequired))?;
        if matches!(token, Token::Cookie(_)) {
            check_origin(request)?;
        }
        let hash = *token.hash();
        let LoggedIn { user, expires_at } = log_in_of(request, hash).await?;
        if !may(user.role, P::PERMISSION) {
            return Err(Refusal::new(Code::Forbidden).into());
        }
        Ok(Self { actor: Actor::from(&user), user, token: hash, expires_at, right: PhantomData })
    }

    fn actor(&self) -> Option<&Actor> {
        Some(&self.actor)
    }
}

impl Guard for Public {
    const PERMISSION: Option<Permission> = None;

    async fn admit(request: &HttpRequest) -> Result<Self, Fault> {
        if !is_read(request.method()) && came_from_elsewhere(request) {
            return Err(Refusal::new(Code::Csrf).into());
        }
        Ok(Self)
    }

    fn actor(&self) -> Option<&Actor> {
        None
    }
}

/// Who is logged in, whatever they may do.
pub async fn whoever(request: &HttpRequest) -> Result<Option<Actor>, Fault> {
    let Some(token) = Token::of(request) else { return Ok(None) };
    match log_in_of(request, *token.hash()).await {
        Ok(known) => Ok(Some(Actor::from(&known.user))),
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn log_in_of(request: &HttpRequest, token: TokenHash) -> Result<LoggedIn, Fault> {
    let store = services(request)?.store.clone();
    let now = store.clock().now();
    let session = store.read(move |reader| reader.session(&token, now)).await?;
    session.ok_or_else(|| Refusal::new(Code::AuthRequired).into())
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A browser sends the cookie on its own, so a change must show that one of our own pages sent it: a form of another
/// site cannot set the header.
fn check_origin(request: &HttpRequest) -> Result<(), Fault> {
    let ours = request.headers().get("x-kaketsuke").is_some_and(|value| value == "1");
    let safe = if is_upgrade(request) { same_host(request) } else { is_read(request.method()) || ours };
    if safe { Ok(()) } else { Err(Refusal::new(Code::Csrf).into()) }
}

/// Browsers say so themselves; programs say nothing and are not meant.
fn came_from_elsewhere(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-site").is_some_and(|value| value == "cross-site")
}

fn is_upgrade(request: &HttpRequest) -> bool {
    request.headers().get("upgrade").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// The page that opens a socket must come from the host it connects to. Programs send no origin.
fn same_host(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = header("origin") else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == header("host")
}
