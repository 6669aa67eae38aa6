//! Log-in, rights and refusals.

use kaketsuke::domain::access::Role;
use kaketsuke::limits;
use reqwest::Client;
use serde_json::{Value, json};

use crate::kit::person::refused;
use crate::kit::{PASSWORD, Person, World};

fn new_user(login: &str) -> Value {
    json!({ "login": login, "password": PASSWORD, "name": "新人", "role": "operator", "language": "ja" })
}

#[actix_web::test]
async fn an_administrator_adds_somebody_who_then_logs_in() {
    let world = World::new().await;
    let admin = world.person(Role::Admin).await;
    let answer = admin.post("/api/users", &new_user("op2")).await;
    assert_eq!(answer.status(), 201);
    let person = Person::log_in(&world, "op2").await;
    let me: Value = person.get("/api/session").await.json().await.unwrap();
    assert_eq!((me["login"].as_str(), me["role"].as_str()), (Some("op2"), Some("operator")));
}

#[actix_web::test]
async fn a_repeated_operation_gets_the_same_answer_and_another_content_is_found_out() {
    let world = World::new().await;
    let admin = world.person(Role::Admin).await;
    let operation = admin.operation();
    let first = admin.post_as(&operation, "/api/users", &new_user("op2")).await.text().await.unwrap();
    let again = admin.post_as(&operation, "/api/users", &new_user("op2")).await.text().await.unwrap();
    assert_eq!(first, again);
    refused(admin.post_as(&operation, "/api/users", &new_user("op3")).await, 422, "operation.reused").await;
    refused(admin.post("/api/users", &new_user("op2")).await, 400, "request.invalid").await;
    refused(admin.post_as("op_1", "/api/users", &new_user("op4")).await, 400, "operation.missing").await;
}

#[actix_web::test]
async fn whoever_lacks_the_right_is_refused() {
    let world = World::new().await;
    refused(Client::new().get(world.url("/api/users")).send().await.unwrap(), 401, "auth.required").await;
    let operator = world.person(Role::Operator).await;
    refused(operator.get("/api/users").await, 403, "auth.forbidden").await;
    refused(operator.post("/api/users", &new_user("op2")).await, 403, "auth.forbidden").await;
}

#[actix_web::test]
async fn guessing_passwords_is_slowed_down() {
    let world = World::new().await;
    let guess = async |login: &str| {
        let body = json!({ "login": login, "password": "wrong password" });
        Client::new().post(world.url("/api/session")).json(&body).send().await.unwrap()
    };
    for _ in 0..limits::LOGIN_FAILURES {
        refused(guess("admin").await, 401, "auth.failed").await;
    }
    let problem = refused(guess("admin").await, 429, "rate.limited").await;
    assert!(problem["detail"]["seconds"].as_i64().unwrap() > 0);
    refused(guess("nobody").await, 401, "auth.failed").await;
}

#[actix_web::test]
async fn a_change_by_cookie_needs_the_header_of_our_own_pages() {
    let world = World::new().await;
    let browser = Client::builder().cookie_store(true).build().unwrap();
    let body = json!({ "login": "admin", "password": PASSWORD });
    let answer = browser.post(world.url("/api/session")).json(&body).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = browser.post(world.url("/api/session")).header("sec-fetch-site", "same-origin");
    let page = page.json(&json!({ "login": "operator", "password": PASSWORD })).send().await.unwrap();
    let told: Value = page.json().await.unwrap();
    assert!(told["token"].is_null() && told["user"]["login"] == "operator", "no script holds what logs in: {told}");
    assert_eq!(browser.get(world.url("/api/session")).send().await.unwrap().status(), 200);
    refused(browser.delete(world.url("/api/session")).send().await.unwrap(), 403, "auth.csrf").await;
    let ours = browser.delete(world.url("/api/session")).header("X-Kaketsuke", "1").send().await.unwrap();
    assert_eq!(ours.status(), 200);
    refused(browser.get(world.url("/api/session")).send().await.unwrap(), 401, "auth.required").await;
}

#[actix_web::test]
async fn unusual_requests_are_refused_in_the_same_form() {
    let world = World::new().await;
    let client = Client::new();
    refused(client.get(world.url("/api/nowhere")).send().await.unwrap(), 404, "not_found").await;
    let wrong = client.patch(world.url("/api/session")).send().await.unwrap();
    assert_eq!(wrong.headers()["allow"], "POST, GET, PUT, DELETE");
    refused(wrong, 405, "request.malformed").await;
    let long = "x".repeat(limits::BODY_BYTES + 1);
    let answer = client.post(world.url("/api/session")).body(long).send().await.unwrap();
    refused(answer, 413, "request.too_large").await;
    let problem = refused(
        client.post(world.url("/api/session")).body("{\"login\":1}").send().await.unwrap(),
        400,
        "request.malformed",
    )
    .await;
    assert_eq!(problem["field"], "login");
}

#[actix_web::test]
async fn the_server_tells_how_it_is() {
    let world = World::new().await;
    let answer = Client::new().get(world.url("/api/health")).send().await.unwrap();
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    let health: Value = answer.json().await.unwrap();
    assert_eq!((health["status"].as_str(), health["epoch"].as_str()), (Some("ok"), Some("life-1")));
    let admin = world.person(Role::Admin).await;
    let actors: Value = admin.get("/api/actors").await.json().await.unwrap();
    assert_eq!((&actors["actors"][0]["name"], &actors["actors"][0]["state"]), (&json!("herald"), &json!("running")));
}
