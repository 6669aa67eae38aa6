//! A route: method, address, guard and handler in one place.

use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::audit::{self, Audited, Kept};
use super::call::{Call, read_body, services, spool_body};
use super::describe::Describe;
use super::error;
use super::extract::Extract;
use super::guard::Guard;
use super::reply::Reply;
use crate::domain::access::Permission;
use crate::store::Fault;

type Serve = Rc<dyn Fn(HttpRequest, web::Payload, Terms) -> LocalBoxFuture<'static, HttpResponse>>;

/// How a route answers.
#[derive(Clone, Copy)]
struct Terms {
    status: StatusCode,
    audited: Option<Audited>,
}

/// One line of the route table.
#[derive(Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub summary: &'static str,
    /// None: open to everybody.
    pub permission: Option<Permission>,
    /// Status of an answer that goes well.
    pub status: StatusCode,
    /// None: what is refused here is nothing for the audit.
    pub audited: Option<Audited>,
    describe: fn(&mut Describe<'_>),
    serve: Serve,
}

impl Route {
    pub fn new<H, Args>(method: Method, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<Args>,
    {
        let serve: Serve = Rc::new(move |request, payload, terms| serve(handler.clone(), terms, request, payload));
        let status = StatusCode::OK;
        let (permission, describe) = (H::PERMISSION, H::describe);
        Self { method, path, summary, permission, status, audited: None, describe, serve }
    }

    /// A route whose handler gets the request as it stands: the body may never end, and the handler itself finds out who
    /// asks; `permission` is what it demands of people who are logged in.
    pub fn open<F, Fut>(
        method: Method,
        path: &'static str,
        summary: &'static str,
        permission: Permission,
        handler: F,
    ) -> Self
    where
        F: Fn(HttpRequest, web::Payload) -> Fut + 'static,
        Fut: Future<Output = Result<HttpResponse, Fault>> + 'static,
    {
        let serve: Serve = Rc::new(move |request, payload, _| {
            let made = handler(request, payload);
            async move { made.await.unwrap_or_else(error::answer) }.boxed_local()
        });
        let (status, permission, describe) = (StatusCode::OK, Some(permission), HttpResponse::describe);
        Self { method, path, summary, permission, status, audited: None, describe, serve }
    }

    /// The operation's place in the OpenAPI document.
    pub fn describe(&self, to: &mut Describe<'_>) {
        (self.describe)(to);
        if let Some(permission) = self.permission {
            to.security(permission.as_str());
        }
    }

    /// Declares the status of an answer that goes well; the handler's response says so itself.
    pub fn answering(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Declares that a success makes something new. The handler's stored answer says so itself.
    pub fn created(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self
    }

    /// Keeps what is refused here for audit, under the name of what was tried.
    pub fn audited(mut self, action: &'static str) -> Self {
        self.audited = Some(Audited { action, kept: Kept::All });
        self
    }

    /// Keeps only what a rule of the contract refused, and who reached for what is not his.
    pub fn audited_by_reach(mut self, action: &'static str) -> Self {
        self.audited = Some(Audited { action, kept: Kept::Reach });
        self
    }
}

fn serve<H: Handler<Args>, Args>(
    handler: H,
    terms: Terms,
    request: HttpRequest,
    payload: web::Payload,
) -> LocalBoxFuture<'static, HttpResponse> {
    async move {
        // Each request passes here before and after its work: a fall before changes nothing, one after loses the answer.
        let chaos = services(&request).map(|services| services.store.chaos().clone()).unwrap_or_default();
        chaos.point("http.request");
        if let Some(audited) = terms.audited {
            request.extensions_mut().insert(audited);
        }
        let made = handler.handle(request.clone(), payload).await;
        chaos.point("http.answer");
        match made {
            Ok(reply) => reply.respond(terms.status),
            Err(fault) => {
                let refusal = error::refusal(fault);
                if let Some(audited) = terms.audited {
                    audit::keep(&request, audited, &refusal).await;
                }
                error::refused(&refusal)
            }
        }
    }
    .boxed_local()
}

/// An async function whose first argument guards it.
pub trait Handler<Args>: Clone + 'static {
    const PERMISSION: Option<Permission>;
    type Made: Reply;
    fn describe(to: &mut Describe<'_>);
    fn handle(&self, request: HttpRequest, payload: web::Payload) -> impl Future<Output = Result<Self::Made, Fault>>;
}

/// Asks the guard. What it turns away on an audited route is heard before the answer leaves.
async fn admitted<G: Guard>(request: &HttpRequest, payload: web::Payload) -> Result<(G, web::Payload), Fault> {
    match G::admit(request).await {
        Ok(guard) => Ok((guard, payload)),
        Err(fault) => Err(audit::hear(request, payload, fault).await),
    }
}

macro_rules! handlers {
    ($($($arg:ident)*;)+) => {$(
        impl<F, Fut, R, G, $($arg,)*> Handler<(G, $($arg,)*)> for F
        where
            F: Fn(G, $($arg,)*) -> Fut + Clone + 'static,
            Fut: Future<Output = Result<R, Fault>>,
            R: Reply,
            G: Guard,
            $($arg: Extract,)*
        {
            const PERMISSION: Option<Permission> = G::PERMISSION;
            type Made = R;

            fn describe(to: &mut Describe<'_>) {
                $($arg::describe(to);)*
                R::describe(to);
            }

            #[allow(unused_variables, reason = "a handler may take nothing but its guard")]
            async fn handle(&self, request: HttpRequest, payload: web::Payload) -> Result<R, Fault> {
                let (guard, payload) = admitted::<G>(&request, payload).await?;
                let (mut body, mut upload) = (Bytes::new(), None);
                if false $(|| $arg::SPOOLED)* {
                    upload = Some(spool_body(&request, payload).await?);
                } else {
                    body = read_body(payload).await?;
                }
                let call = Call { body, upload, actor: guard.actor().cloned(), request };
                call.request.extensions_mut().insert(call.heard());
                self(guard, $($arg::extract(&call)?,)*).await
            }
        }
    )+};
}

handlers! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
}

/// Registers the table; each address answers other methods with 405.
pub fn configure(routes: Vec<Route>) -> impl FnOnce(&mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes {
        by_path.entry(route.path).or_default().push(route);
    }
    move |config| {
        for (path, routes) in by_path {
            let allowed = routes.iter().map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ");
            let mut resource = web::resource(path);
            for route in routes {
                let Route { method, status, audited, serve, .. } = route;
                let terms = Terms { status, audited };
                resource =
                    resource.route(web::method(method).to(move |request, payload| serve(request, payload, terms)));
            }
            config.service(resource.default_service(web::to(move |request: HttpRequest| {
                let answer = error::method_not_allowed(&request, &allowed);
                async move { answer }
            })));
        }
    }
}
