//! How a person at the customer's is best reached.

use crate::coded;

coded! {
    /// The way a contact likes to be reached (連絡方法).
    PreferredChannel {
        Phone = "phone", "電話", "Phone";
        Mail = "mail", "メール", "Mail";
        Portal = "portal", "お客様画面", "Portal";
        Chat = "chat", "チャット", "Chat";
    }
}

coded! {
    /// How well he gets along with screens: who needs help is guided on the phone.
    #[derive(Default)]
    Literacy {
        #[default]
        Unknown = "unknown", "未確認", "Not known";
        NeedsHelp = "needs_help", "操作の案内が必要", "Needs help with screens";
        Comfortable = "comfortable", "操作に慣れている", "At home with screens";
    }
}
