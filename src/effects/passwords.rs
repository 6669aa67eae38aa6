//! Password hashes: argon2id with the parameters of the OWASP password storage cheat sheet (19 MiB, two passes, one
//! lane). Hashing takes tens of milliseconds on purpose: call it away from the store's threads and the arbiters.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::limits;

/// The password is no hash's password, or the hash can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashFailed;

fn argon2() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(limits::ARGON2_MEMORY_KIB, limits::ARGON2_PASSES, limits::ARGON2_LANES, None);
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| HashFailed)?))
}

/// The hash in PHC form, salt and parameters in it. The salt is fresh randomness.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, HashFailed> {
    let salt = SaltString::encode_b64(&salt).map_err(|_| HashFailed)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|_| HashFailed)?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. A hash that can't be read fits no password.
pub fn verify(password: &str, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_fits_its_hash() {
        let stored = hash("demo", [7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("demo", &stored));
        assert!(!verify("Demo", &stored));
        assert!(!verify("demo", "no hash at all"));
    }
}
