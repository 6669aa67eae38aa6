//! What a customer has said of a lot that he bought: that he knows until when its units may be used, and for what. After
//! the last day they are void, so somebody must have told him, and it must be known who said that he read it.

use crate::coded;

coded! {
    /// How the customer said it.
    Means {
        Portal = "portal", "お客様画面", "On the portal";
        Phone = "phone", "電話", "By phone";
        Mail = "mail", "メール", "By mail";
        Paper = "paper", "書面", "On paper";
        InPerson = "in_person", "対面", "In person";
    }
}
