//! From where a request comes.

use actix_web::HttpRequest;

/// The address of the one who asks: the connection's, or with proxies in front what the outermost of them saw. What
/// stands before that in the header the caller himself may have written.
pub fn address(request: &HttpRequest, proxies: usize) -> String {
    let named = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    let seen = hops.len().checked_sub(proxies).filter(|_| proxies > 0).and_then(|index| hops.get(index));
    let connected = || request.connection_info().peer_addr().unwrap_or_default().to_owned();
    seen.map_or_else(connected, |hop| (*hop).to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn check(forwarded: &[&str], proxies: usize, expected: &str) {
        let mut request = TestRequest::default().peer_addr(([10, 0, 0, 1], 4000).into());
        for value in forwarded {
            request = request.append_header(("x-forwarded-for", *value));
        }
        assert_eq!(address(&request.to_http_request(), proxies), expected);
    }

    #[test]
    fn behind_a_proxy_the_caller_is_whom_the_proxy_names() {
        check(&["203.0.113.7"], 0, "10.0.0.1");
        check(&[], 1, "10.0.0.1");
        check(&["203.0.113.7"], 1, "203.0.113.7");
        check(&["198.51.100.9, 203.0.113.7"], 1, "203.0.113.7");
        check(&["198.51.100.9", "203.0.113.7, 10.1.1.1"], 2, "203.0.113.7");
        check(&["203.0.113.7"], 2, "10.0.0.1");
    }
}
