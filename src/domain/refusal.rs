//! The domain's "no": a stable code, and a sentence in Japanese and English that says what to do.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::wallet::terms::UnitKind;

/// What a refusal means for the one who asked; the edges translate it into their own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    TooLarge,
    Reused,
    TooMany,
    Busy,
    Internal,
}

macro_rules! codes {
    ($($variant:ident = $code:literal, $kind:ident, $ja:literal, $en:literal;)+) => {
        /// Every refusal that can leave the process. Codes are stable; sentences may improve.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($variant,)+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            pub const fn kind(self) -> Kind { match self { $(Self::$variant => Kind::$kind,)+ } }
            const fn ja(self) -> &'static str { match self { $(Self::$variant => $ja,)+ } }
            const fn en(self) -> &'static str { match self { $(Self::$variant => $en,)+ } }
        }
    };
}

codes! {
    Malformed = "request.malformed", Invalid, "送信内容を読み取れません（{why}）。内容を直して送り直してください。", "The request cannot be read ({why}). Correct it and send it again.";
    UnknownField = "request.unknown_field", Invalid, "知らない項目があります（{why}）。項目名を確かめてください。", "There is an unknown field ({why}). Check the field names.";
    RequestInvalid = "request.invalid", Invalid, "入力を確かめてください（{why}）。", "Please check the input ({why}).";
    TooLarge = "request.too_large", TooLarge, "送信内容が大きすぎます（上限 {limit} バイト）。分けて送ってください。", "The request is too large (limit {limit} bytes). Send it in parts.";
    AuthRequired = "auth.required", Unauthenticated, "ログインしてください。", "Please log in.";
    AuthFailed = "auth.failed", Unauthenticated, "ログイン名かパスワードが違います。確かめてもう一度入力してください。", "The log-in name or password is wrong. Check them and try again.";
    Forbidden = "auth.forbidden", Forbidden, "この操作の権限がありません。管理者に相談してください。", "You may not do this. Ask an administrator.";
    Csrf = "auth.csrf", Forbidden, "画面の外からの操作は受け付けません。画面を開き直してください。", "Requests from outside our pages are not accepted. Reload the page.";
    NotFound = "not_found", NotFound, "見つかりません。番号や宛先を確かめてください。", "It was not found. Check the number or address.";
    LinkExpired = "link.expired", Gone, "この案内リンクの期限が切れています。受付窓口にお電話ください。", "This tracking link has expired. Please call the service desk.";
    LinkRevoked = "link.revoked", Gone, "この案内リンクは取り消されました。受付窓口にお電話ください。", "This tracking link was withdrawn. Please call the service desk.";
    OperationMissing = "operation.missing", Invalid, "操作番号（Idempotency-Key: op_…）を付けて送ってください。", "Send an operation id (Idempotency-Key: op_…) with the request.";
    OperationReused = "operation.reused", Reused, "同じ操作番号で別の内容が届きました。新しい操作番号で送ってください。", "The operation id was used before with other content. Send it with a new operation id.";
    Stale = "record.stale", Conflict, "ほかの人が先に変更しました（今の版 {current_version}）。新しい内容を見て、やり直してください。", "Somebody changed it before you (now version {current_version}). Look at the new state and try again.";
    Transition = "visit.transition", Conflict, "この訪問は「{state_ja}」なので、その操作はできません。画面を更新してください。", "The visit is \"{state_en}\", so this cannot be done. Refresh the page.";
    OneStarted = "visit.another_started", Conflict, "別の訪問が進行中です。先に終えるか中断してください。", "Another visit is in progress. Finish or pause it first.";
    NotYours = "visit.not_yours", Forbidden, "ご自分の訪問ではありません。手配担当に確かめてください。", "This is not your visit. Ask the dispatcher.";
    IssueState = "issue.transition", Conflict, "この要件は「{state_ja}」なので、その操作はできません。画面を更新して、今の状態でできる操作を選んでください。", "The issue is \"{state_en}\", so this cannot be done. Refresh the page and choose what its state allows.";
    Taken = "work_order.taken", Conflict, "すでに{technician}に手配済みです（{at}）。変えるときは、その訪問を取り消すか時間を変えてください。", "It is already assigned to {technician} ({at}). To change that, withdraw that visit or move it.";
    PromiseBroken = "promise.would_break", Conflict, "この手配では{count}件のお約束に遅れます。承知のうえなら理由を書いて確定してください。", "This assignment would break {count} promise(s). Confirm with a reason if you accept that.";
    Unfit = "technician.unfit", Conflict, "この技術員には手配できません（{why_ja}）。候補の一覧からほかの人を選んでください。", "This technician cannot take the job ({why_en}). Choose another one from the candidates.";
    SlotTaken = "slot.taken", Conflict, "この訪問枠（{from}〜{until}）は埋まりました。次の枠を案内してください。", "This slot ({from} to {until}) is taken. Offer the next one.";
    SlotLapsed = "slot.lapsed", Conflict, "訪問枠の仮押さえが切れています（{minutes}分間）。もう一度枠を選んでください。", "The hold on the slot has run out (it lasts {minutes} minutes). Choose a slot again.";
    SlotForeign = "slot.not_yours", Forbidden, "この訪問枠は別の人が押さえています。ほかの枠を選んでください。", "Somebody else holds this slot. Choose another one.";
    SlotOther = "slot.other_work", Conflict, "訪問枠を押さえたあとで要件の内容が変わりました。枠を選び直してください。", "The issue has changed since its slot was held. Choose a slot again.";
    SlotsTooMany = "slot.too_many", TooMany, "同時に押さえられる訪問枠は{limit}件までです。使わない枠を解放してください。", "One person holds at most {limit} slots. Release one that is not needed.";
    ProposalGone = "proposal.gone", Conflict, "この提案はもうありません。新しい提案を見て、選び直してください。", "This proposal is gone. Look at the new one and choose again.";
    ProposalRow = "proposal.row_unknown", Invalid, "提案に{row}番はありません。提案の行から選んでください。", "The proposal has no row {row}. Choose from its rows.";
    ProposalNeeds = "proposal.needs_row", Conflict, "先に{rows}番が必要です。一緒に承認してください。", "It needs row {rows} first. Approve them together.";
    ProposalMoved = "proposal.changed", Conflict, "提案のあとで状況が変わりました（{now_ja}）。新しい提案を見てください。", "Things have changed since it was proposed ({now_en}). Look at the new proposal.";
    WhatIfUnknown = "what_if.change", Invalid, "{number}番目の仮定は、この盤面にない人や訪問を指しているか、数が範囲外です。直してください。", "Change {number} names somebody or something that is not on this board, or a figure out of its range. Correct it.";
    AbsenceOverlaps = "absence.overlaps", Conflict, "{from}〜{until}の不在がすでに登録されています。先にそれを終了するか、重ならない時間にしてください。", "An absence from {from} to {until} is entered already. End it first, or choose a time that does not overlap.";
    AbsenceOver = "absence.over", Conflict, "この不在はすでに終わっています。画面を更新してください。", "This absence is over already. Refresh the page.";
    Insufficient = "wallet.insufficient", Conflict, "{unit}が足りません（必要 {needed} {of}、残 {available} {of}、超過利用の枠 {overdraft_left} {of}）。超過利用か追加購入を案内してください。", "There are not enough {unit}s (needed {needed}, left {available}, overdraft {overdraft_left}). Offer overdraft or a purchase.";
    SecondCapture = "wallet.second_capture", Conflict, "この要件の{unit}は消費確定済みで、二重には確定できません。戻すときは取消（赤伝）を使ってください。", "The {unit}s of this issue were already used and cannot be used twice. To take that back, post a reversal.";
    ReleaseAfterCapture = "wallet.release_after_capture", Conflict, "消費確定済みの{unit}は解放できません。取消（赤伝）を使ってください。", "Used {unit}s cannot be released. Post a reversal instead.";
    NoHold = "wallet.no_hold", Conflict, "この要件には仮押さえがありません。要件の番号を確かめてください。", "This issue holds nothing. Check the issue number.";
    OverCapture = "wallet.over_capture", Conflict, "仮押さえは{held}なので、{units}は確定できません。{held}以下にしてください。", "Only {held} are held, so {units} cannot be captured. Give {held} or fewer.";
    OverReverse = "wallet.over_reverse", Conflict, "使用済みは{used}なので、{units}は取り消せません。{used}以下にしてください。", "Only {used} were used, so {units} cannot be reversed. Give {used} or fewer.";
    WalletForeign = "wallet.foreign", Forbidden, "ほかの契約のウォレットのものです。契約を確かめてください。", "It belongs to the wallet of another contract. Check the contract.";
    WalletCount = "wallet.count", Invalid, "数は1から{most}までです（入力 {units}）。その範囲で入力してください。", "The count lies between 1 and {most} (given: {units}). Enter one in that range.";
    LotInPast = "wallet.lot_in_past", Invalid, "過去の日付のロットは作れません（{day}、今日は{today}）。今日以降の日付にしてください。", "A lot cannot be dated in the past ({day}, today is {today}). Choose today or a later day.";
    LotTouched = "wallet.lot_touched", Conflict, "このロットは使い始めているため無効にできません（{number}）。調整か取消を使ってください。", "The lot {number} has been used from, so it cannot be made void. Use an adjustment or a reversal.";
    SixMonths = "wallet.six_months", Conflict, "6か月以内の前払式チケットです（資金決済法の適用除外）。{last_day}までに使うか、別の区分のロットを使ってください。", "These units are exempt only within six months (Payment Services Act). Use them by {last_day}, or use a lot of another class.";
    LateUse = "wallet.late_use", Conflict, "{last_day}で期限の切れた{unit}です。この契約では、仮押さえ中でも期限後は使えません。解放して失効させ、必要なら別のロットで対応してください。", "These {unit}s ended on {last_day}, and this contract lets nothing be used after its last day, not even from a hold. Release the hold, and use another lot if needed.";
    NoGuarantee = "wallet.no_guarantee", Conflict, "契約の保証日数内に同じ機器の修理がないため、再発を理由に戻せません。別の理由を選ぶか、契約ルールと履歴を確かめてください。", "The same asset was not repaired within the days that this contract guarantees, so nothing is given back as a recurrence. Choose another reason, or check the policy and the history.";
    PurchaseBounds = "wallet.purchase_bounds", Conflict, "購入数が契約の決まりに合いません（最少 {least}、単位 {step}、年間の上限 {most}、購入済み {bought}、今回 {units}）。数を合わせてください。", "The count does not fit the contract (at least {least}, in steps of {step}, at most {most} a year, {bought} bought, now {units}). Change the count.";
    TransferOff = "wallet.transfer_off", Conflict, "この契約では移管できません。契約の決まりを確かめてください。", "This contract allows no transfer. Check its policy.";
    TransferForeign = "wallet.transfer_foreign", Conflict, "移管は同じ企業グループの同じ単位のウォレットの間だけです。移管先の契約を選び直してください。", "Transfers are possible only between wallets of one customer group that count the same unit. Choose another contract.";
    TooFewLeft = "wallet.too_few_left", Conflict, "このロットの未使用は{available}です（必要 {needed}）。数を減らすか、ほかのロットを選んでください。", "The lot has {available} unused units (needed {needed}). Take fewer, or choose another lot.";
    TransferNotTaken = "wallet.transfer_not_taken", Conflict, "移管先の契約は移管を受け付けない決まりです。移管先の契約ルールを確かめるか、ほかの契約を選んでください。", "The policy of the receiving contract takes no transfer. Check it, or choose another contract.";
    TransferCap = "wallet.transfer_cap", Conflict, "移管先の年間の購入上限を超えます（上限 {most}、購入済み {bought}、今回 {units}）。数を減らすか、ほかの契約を選んでください。", "The receiving contract may buy {most} a year and has {bought}; {units} more are too many. Move fewer, or choose another contract.";
    LapsedReplaced = "wallet.lapsed_replaced", Conflict, "6か月以内の前払式チケット（{number}）の未使用分を無償または半額未満で延長・補填することはできません（資金決済法の適用除外を失います）。期限を{last_day}以前にするか、新しいロットを販売してください。", "Unused units of the six-month lot {number} may not be replaced or prolonged free of charge or below half of their price (the exemption of the Payment Services Act would be lost). Let the new units end by {last_day}, or sell a new lot.";
    RefundFree = "wallet.refund_free", Conflict, "{number}は代金を受け取っていないロットなので、払い戻せません。購入したロットを選んでください。", "Nothing was paid for {number}, so nothing can be refunded. Choose a lot that was bought.";
    RefundOver = "wallet.refund_over", Conflict, "{number}は有効期限（{last_day}）を過ぎているため、払い戻せません。期限内のロットを選んでください。", "The last day of {number} ({last_day}) is over, so it is not refunded. Choose a lot that can still be used.";
    RefundLaw = "wallet.refund_law", Conflict, "{number}は前払式支払手段なので、契約による払戻しはできません（資金決済法20条5項）。少額・やむを得ない事情・発行業務の廃止のどれに当たるかを選んでください。", "{number} is a prepaid payment instrument, which is not refunded by agreement (Payment Services Act, Art. 20 (5)). Choose the exception that applies: small amount, hardship, or end of issuing.";
    RefundRoom = "wallet.refund_room", Conflict, "少額の払戻しの枠を超えます（この基準期間の残り {room}円、今回 {yen}円）。数を減らすか、次の基準期間まで待ってください。", "It exceeds what may be refunded as small in this base period (left {room} yen, now {yen} yen). Refund fewer, or wait for the next period.";
    AdjustmentClosed = "wallet.adjustment_closed", Conflict, "この調整は決裁済みです。画面を更新し、必要なら新しい調整を起票してください。", "This adjustment was already decided. Refresh the page and propose a new one if needed.";
    SamePerson = "wallet.same_person", Conflict, "1つのウォレットで{days}日間に合わせて{most}を超える調整は、起票者とは別の人が承認します。ほかの管理者に依頼してください。", "Adjustments of one wallet beyond {most} in {days} days are approved by somebody else than who proposed them. Ask another administrator.";
    TicketMisheard = "ticket.misheard", Invalid, "番号を聞き違えています。数字が1つ違うか、隣どうしが入れ替わっています（検査数字が合いません）。もう一度聞き取ってください。", "The number was misheard: one digit is wrong, or two neighbours changed places (the check digit does not fit). Ask for it again.";
    ReportCostChanged = "report.cost_changed", Conflict, "使用する枚数が変わりました（確認時 {agreed}、現在 {needed}）。内容を見直して、もう一度送ってください。", "What it costs has changed (you saw {agreed}, now {needed}). Look at it again, then send it.";
    ReportsTooMany = "report.too_many_open", Conflict, "お客様画面からの未解決の要件が{limit}件あります。これ以上は受付窓口にお電話ください。", "{limit} issues from this page are still open. Please call the service desk for more.";
    NothingOverdrawn = "wallet.nothing_overdrawn", Conflict, "請求できる超過利用がありません（使用済みで、契約に超過単価のあるものだけです）。追加購入を案内してください。", "There is no overdraft to invoice: only used units whose policy has an overage price are. Offer a purchase.";
    NotSold = "wallet.not_sold", Conflict, "{number}は販売したロットではないので、請求書はありません。ロットを確かめてください。", "{number} was not sold, so it has no invoice. Check the lot.";
    LotAcknowledged = "lot.acknowledged_before", Conflict, "{number}の有効期限は{on}に了承されています（{by}）。画面を読み込み直してください。", "{by} acknowledged the last day of {number} on {on}. Load the page again.";
    DisputeKind = "dispute.kind", Conflict, "この行は異議や確認の対象外です（仮押さえ・消費・超過利用の行だけです）。受付窓口にお問い合わせください。", "This line can be neither disputed nor confirmed: only a hold, a use or an overdraft can. Call the service desk.";
    DisputeLate = "dispute.too_late", Conflict, "この行の異議の期限（{until}）は過ぎました。受付窓口（{phone}）にお電話ください。", "The time to dispute this line ended on {until}. Please call the service desk ({phone}).";
    DisputeConfirmed = "dispute.confirmed", Conflict, "この行は{by}様が{at}に確認済みのため、異議は申し出られません。誤りがあれば受付窓口（{phone}）にお電話ください。", "{by} confirmed this line on {at}, so it cannot be disputed. If it is wrong, call the service desk ({phone}).";
    ConfirmedBefore = "confirmation.exists", Conflict, "この行は{by}様が{at}に確認済みです。画面を読み込み直してください。", "{by} confirmed this line on {at}. Load the page again.";
    DisputeExists = "dispute.exists", Conflict, "この行の異議はすでにあります（{state_ja}）。一覧で確かめてください。", "This line has a dispute already ({state_en}). Look at the list.";
    DisputeReversed = "dispute.already_reversed", Conflict, "この行の{unit}はすでに戻してあります。履歴を確かめてください。", "The {unit}s of this line were given back already. Look at the history.";
    DisputeClosed = "dispute.closed", Conflict, "この異議は「{state_ja}」で終わっています。画面を更新してください。", "This dispute is over (\"{state_en}\"). Refresh the page.";
    ApprovalPending = "approval.pending", Conflict, "お客様の承認待ちのため、まだ確定できません。承認を待つか、電話で伺った承認を登録してください。", "The customer has not approved it yet, so it cannot be used up. Wait for the approval, or enter the one that you were told by phone.";
    ApprovalClosed = "approval.closed", Conflict, "この承認は「{state_ja}」で終わっています。画面を更新してください。", "This approval is over (\"{state_en}\"). Refresh the page.";
    ApprovalGoesOn = "approval.goes_on", Conflict, "業務停止への対応、または出発・完了した作業のため、取り下げられません。消費に納得できないときは、明細から異議を申し出てください。", "The work goes on: it is an outage, or somebody has set out or finished. If you do not accept the use, dispute its line on the statement.";
    ApprovalNotYours = "approval.not_yours", Forbidden, "承認できるのは{approver}様です。ご本人に依頼してください。", "{approver} is the approver. Ask them to decide.";
    PolicyHole = "policy.hole", Invalid, "契約ルールに決まっていない点があります（{holes_ja}）。すべて決めてから登録してください。", "The policy leaves something open ({holes_en}). Decide everything, then set it.";
    PolicyInPast = "policy.in_past", Invalid, "契約ルールは過去に遡って変えられません（{day}、今日は{today}）。今日以降の日から始めてください。", "A policy cannot be changed for the past ({day}, today is {today}). Let it begin today or later.";
    OwnAccess = "user.yourself", Conflict, "ご自分の利用を止めたり、ご自分から管理者の役割を外したりはできません。ほかの管理者に依頼してください。", "Nobody bars himself or gives up being an administrator. Ask another administrator.";
    LastAdmin = "user.last_admin", Conflict, "最後の管理者です。先に、ほかの人を管理者にしてください。", "This is the last administrator. Make somebody else an administrator first.";
    ImportFaulty = "import.faulty", Invalid, "一覧に{faults}件の誤りがあり、何も取り込んでいません。直してから送り直してください。", "The table has {faults} fault(s), and nothing was imported. Correct them and send it again.";
    MenuUnknown = "menu.unknown", Invalid, "作業メニュー「{item}」は、この契約のポイント表にありません。表にある作業を選んでください。", "The work item \"{item}\" is not on this contract's price list. Choose one that is.";
    NotInForce = "contract.not_in_force", Conflict, "契約期間外です（{starts_on}〜{ends_on}）。契約を確かめてください。", "The contract is not in force ({starts_on} to {ends_on}). Check the contract.";
    NotCovered = "contract.not_covered", Conflict, "この機種は契約の対象機器にありません。機器を選び直すか、契約への追加を案内してください。", "The contract covers no asset of this product. Choose another asset, or offer to add it to the contract.";
    SiteForeign = "site.foreign", Invalid, "設置先がこの契約のお客様のものではありません。選び直してください。", "The site is not this customer's. Choose again.";
    AssetForeign = "asset.foreign", Invalid, "機器がこの契約のものではありません。選び直してください。", "The asset is not under this contract. Choose again.";
    OffGlobe = "position.off_globe", Invalid, "位置が地球上にありません。端末の位置情報を確かめてください。", "The position is not on the globe. Check the device.";
    CallOff = "call.off", NotFound, "電話連携が設定されていません。管理者に設定（call_secret）を依頼してください。", "No telephone system is connected. Ask the administrator to set call_secret.";
    CallForged = "call.forged", Unauthenticated, "署名が合わないため受け付けません。電話システムの署名鍵を確かめてください。", "The signature does not fit. Check the secret of the telephone system.";
    CallLate = "call.late", Unauthenticated, "署名の時刻が{seconds}秒以上ずれています。電話システムの時計を合わせて送り直してください。", "The signature's time is more than {seconds} seconds off. Set the clock of the telephone system and send it again.";
    CallReplayed = "call.replayed", Conflict, "この通知（webhook-id）は受け付け済みです。送り直さないでください。", "This message (webhook-id) was taken already. Do not send it again.";
    CallUnsigned = "call.unsigned", Unauthenticated, "webhook-id、webhook-timestamp、webhook-signature の見出しを付けて送ってください。", "Send the headers webhook-id, webhook-timestamp and webhook-signature.";
    CallForeign = "call.not_yours", Forbidden, "この電話はあなたの通話ではありません。電話の一覧を開き直してください。", "This call is not yours. Open the list of calls again.";
    CallBackNone = "call_back.none", Conflict, "この電話に折り返しの予定はありません。一覧を更新してください。", "Nobody is to be called back for this call. Refresh the list.";
    CallBackClosed = "call_back.closed", Conflict, "この折り返しは{by}が済ませました（{at}）。一覧を更新してください。", "{by} has done this call-back ({at}). Refresh the list.";
    ClockReason = "clock.reason", Conflict, "この契約では「{reason_ja}」を理由に期限の計測を止められません。契約で認めた理由を選んでください。", "This contract does not let “{reason_en}” stop its clocks. Choose a reason that it accepts.";
    ClockPaused = "clock.paused", Conflict, "期限の計測はすでに止まっています（{at}から）。先に再開してください。", "The clocks stand still already (since {at}). Let them run again first.";
    ClockRunning = "clock.running", Conflict, "期限の計測は止まっていません。画面を更新してください。", "The clocks are running. Refresh the page.";
    LevelNone = "service_level.none", Conflict, "この要件の契約にはサービスレベルがないため、止める期限がありません。契約を確かめてください。", "The contract of this issue has no service level, so there is no clock to stop. Check the contract.";
    ExtensionTaken = "extension.taken", Conflict, "内線{extension}は{holder}が使っています。番号を確かめるか、先に外してもらってください。", "Extension {extension} is {holder}'s. Check the number, or ask them to let it go first.";
    OffShift = "position.off_shift", Conflict, "勤務時間外の位置は受け取りません。勤務時間を手配担当に確かめてください。", "Positions outside the shift are not taken. Ask the dispatcher about the shift.";
    PositionFuture = "position.future", Invalid, "位置の時刻が未来です。端末の時計を合わせてください。", "The position was taken in the future. Set the device's clock.";
    PositionInaccurate = "position.inaccurate", Invalid, "位置の誤差が大きすぎます。空の見える場所で測り直してください。", "The position is too inaccurate. Measure again under the open sky.";
    PositionFar = "position.far", Invalid, "仕事の場所から300km以上離れた位置です。端末の位置情報を確かめてください。", "The position is more than 300 km from all of the work. Check the device.";
    PositionOutOfOrder = "position.out_of_order", Conflict, "すでに新しい位置があるので、この位置は使いません。そのまま続けてください。", "A newer position is known, so this one is not used. Just go on.";
    PositionImplausible = "position.implausible", Invalid, "前の位置から動ける速さを超えています。端末の位置情報を確かめてください。", "Nobody drives so fast from the last position. Check the device.";
    ReportIncomplete = "report.incomplete", Invalid, "報告書の必須項目が足りません（{missing}）。入力してください。", "The report is incomplete ({missing}). Fill it in.";
    ReportMinutes = "report.minutes", Invalid, "作業時間は1〜1440分です（入力 {minutes} 分）。入力し直してください。", "The time on site lies between 1 and 1440 minutes (given: {minutes}). Correct it.";
    PartUnknown = "report.part_unknown", Invalid, "部品「{part}」は部品の一覧にありません。一覧から選び直してください。", "The part \"{part}\" is not on the list of parts. Choose it from the list.";
    LiveTooMany = "live.too_many", TooMany, "購読が多すぎます（上限 {limit}）。不要な購読をやめてから申し込んでください。", "Too many subscriptions (limit {limit}). Give up one before you ask for another.";
    LiveFragments = "live.fragments", TooLarge, "1つの通信文が細かく分かれすぎています（上限 {limit} 片）。まとめて送ってください。", "One message came in too many pieces (limit {limit}). Send it in one.";
    LiveCrowded = "live.crowded", TooMany, "同じ回線からの接続が多すぎます（上限 {limit}）。使っていない画面を閉じてください。", "Too many connections from one address (limit {limit}). Close pages that are not needed.";
    LiveSilent = "live.silent", Busy, "応答が途絶えたため切断しました。自動で再接続します。", "Disconnected because nothing was heard any more. Reconnect and resume.";
    LiveSlow = "live.slow", Busy, "受信が追いつかないため切断しました。自動で再接続します。", "Disconnected because the reader fell behind. Reconnect and resume.";
    RateLimited = "rate.limited", TooMany, "短い間に送りすぎです。{seconds}秒ほど待ってください。", "Too many requests. Wait about {seconds} seconds.";
    Busy = "busy", Busy, "混み合っています。数秒後に同じ操作番号で送り直してください。", "The server is busy. Retry in a few seconds with the same operation id.";
    Internal = "internal", Internal, "内部の誤りです。同じ操作番号で送り直し、続くときは管理者に知らせてください。", "Internal error. Retry with the same operation id; tell an administrator if it persists.";
}

impl Code {
    /// Whether the rules of a contract and its wallet say it, or somebody reached for another's.
    pub fn is_of_contract(self) -> bool {
        let name = self.as_str();
        ["wallet.", "contract.", "menu.", "policy.", "approval."].iter().any(|room| name.starts_with(room))
            || matches!(self, Self::SiteForeign | Self::AssetForeign | Self::OperationReused)
    }
}

/// A refused command. Nothing was written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}: {}", code.as_str(), self.en())]
pub struct Refusal {
    pub code: Code,
    /// Where in the request the fault lies, e.g. `issues[0].asset_id`.
    pub field: Option<String>,
    /// Figures and records that the sentence and the screens need.
    pub detail: Map<String, Value>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self { code, field: None, detail: Map::new() }
    }

    /// Adds a figure or record; `{name}` in the sentence shows it.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.detail.insert(name.to_owned(), value);
        self
    }

    /// Speaks of the units of a wallet by their name.
    pub fn of_unit(self, unit: UnitKind) -> Self {
        let (ja, en) = (unit.ja(), unit.en().to_lowercase());
        self.with("unit_ja", ja).with("unit_en", en).with("of_ja", unit.counter_ja())
    }

    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A fault in one field of a request, with the reason in both languages.
    pub fn invalid_both(field: impl Into<String>, ja: &str, en: &str) -> Self {
        Self::new(Code::RequestInvalid).with("why_ja", ja).with("why_en", en).at(field)
    }

    pub fn stale(current_version: i64, current: impl Serialize) -> Self {
        Self::new(Code::Stale).with("current_version", current_version).with("current", current)
    }

    pub fn ja(&self) -> String {
        self.fill(self.code.ja(), "_ja")
    }

    pub fn en(&self) -> String {
        self.fill(self.code.en(), "_en")
    }

    /// `{why}` is filled from `why`, or from `why_ja` in the Japanese sentence.
    fn fill(&self, sentence: &str, language: &str) -> String {
        self.detail.iter().fold(sentence.to_owned(), |text, (name, value)| {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let base = name.strip_suffix(language).unwrap_or(name);
            text.replace(&format!("{{{name}}}"), &shown).replace(&format!("{{{base}}}"), &shown)
        })
    }
}

/// The body of every refused request (RFC 9457 in spirit).
#[derive(Debug, Clone, Serialize, serde::Deserialize, JsonSchema)]
pub struct Problem {
    pub code: String,
    pub status: u16,
    pub ja: String,
    pub en: String,
    pub detail: Map<String, Value>,
    pub field: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_carries_the_figures_in_both_languages() {
        let refusal = Refusal::new(Code::Insufficient).of_unit(UnitKind::Ticket).with("needed", 2).with("available", 1);
        assert!(refusal.ja().contains("必要 2 枚、残 1 枚"), "{}", refusal.ja());
        assert!(refusal.en().contains("needed 2, left 1"), "{}", refusal.en());
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Code::ALL.len());
    }
}
