//! The tables as Diesel sees them; the migrations of both databases must agree (a test compares them).

diesel::table! {
    company (id) {
        id -> Integer,
        epoch -> Text,
        name_ja -> Text,
        name_en -> Text,
        zone -> Text,
        vendor_phone -> Text,
        catalog -> Text,
    }
}

diesel::table! {
    territories (id) {
        id -> Binary,
        code -> Text,
        name_ja -> Text,
        name_en -> Text,
        lat -> Double,
        lon -> Double,
    }
}

diesel::table! {
    products (id) {
        id -> Binary,
        code -> Text,
        name_ja -> Text,
        name_en -> Text,
        maker -> Text,
        skill -> Text,
    }
}

diesel::table! {
    symptoms (product_id, code) {
        product_id -> Binary,
        code -> Text,
        name_ja -> Text,
        name_en -> Text,
        service_minutes -> BigInt,
        needs_visit -> Bool,
        level_min -> BigInt,
        qualification -> Nullable<Text>,
        parts_needed -> Text,
    }
}

diesel::table! {
    technicians (id) {
        id -> Binary,
        code -> Text,
        name -> Text,
        kana -> Text,
        phone -> Text,
        territory_id -> Binary,
        home_lat -> Double,
        home_lon -> Double,
        profile -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    absences (id) {
        id -> Binary,
        technician_id -> Binary,
        starts_at -> BigInt,
        ends_at -> BigInt,
        kind -> Text,
        reason -> Text,
    }
}

diesel::table! {
    customers (id) {
        id -> Binary,
        code -> Text,
        name -> Text,
        kana -> Text,
        name_folded -> Text,
        kana_folded -> Text,
        customer_group -> Nullable<Text>,
    }
}

diesel::table! {
    phones (customer_id, number) {
        customer_id -> Binary,
        number -> Text,
        shown -> Text,
    }
}

diesel::table! {
    contacts (id) {
        id -> Binary,
        customer_id -> Binary,
        code -> Text,
        name -> Text,
        kana -> Text,
        phone -> Text,
        email -> Text,
        channel -> Nullable<Text>,
        literacy -> Text,
    }
}

diesel::table! {
    sites (id) {
        id -> Binary,
        customer_id -> Binary,
        code -> Text,
        name -> Text,
        postcode -> Text,
        address -> Text,
        lat -> Double,
        lon -> Double,
        territory_id -> Binary,
        access_notes -> Text,
    }
}

diesel::table! {
    contracts (id) {
        id -> Binary,
        number -> Text,
        customer_id -> Binary,
        plan -> Text,
        starts_on -> Text,
        ends_on -> Text,
        version -> BigInt,
        billing -> Text,
    }
}

diesel::table! {
    assets (id) {
        id -> Binary,
        contract_id -> Binary,
        site_id -> Binary,
        product_id -> Binary,
        serial -> Text,
        installed_on -> Text,
    }
}

diesel::table! {
    past_repairs (id) {
        id -> Binary,
        asset_id -> Binary,
        at -> BigInt,
        symptom -> Text,
        cause -> Text,
        remedy -> Text,
        minutes -> BigInt,
        technician_id -> Nullable<Binary>,
    }
}

diesel::table! {
    wallets (id) {
        id -> Binary,
        contract_id -> Binary,
        unit -> Text,
        source -> BigInt,
        available -> BigInt,
        held -> BigInt,
        consumed -> BigInt,
        expired -> BigInt,
        voided -> BigInt,
        overdraft -> BigInt,
        postings -> BigInt,
        chain_head -> Binary,
    }
}

diesel::table! {
    lots (id) {
        id -> Binary,
        wallet_id -> Binary,
        number -> Text,
        origin -> Text,
        units -> BigInt,
        price_yen -> BigInt,
        issued_on -> Text,
        expires_on -> Text,
        usable_until -> Text,
        scope -> Text,
        law_class -> Text,
        from_lot -> Nullable<Binary>,
        available -> BigInt,
        held -> BigInt,
        consumed -> BigInt,
        expired -> BigInt,
        voided -> BigInt,
    }
}

diesel::table! {
    holds (id) {
        id -> Binary,
        wallet_id -> Binary,
        issue_id -> Binary,
        units -> BigInt,
        overdraft_units -> BigInt,
        state -> Text,
        policy_version -> BigInt,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tickets (id) {
        id -> Binary,
        lot_id -> Binary,
        wallet_id -> Binary,
        serial -> Integer,
        number -> Text,
        units -> BigInt,
        expires_on -> Text,
        state -> Text,
        issue_id -> Nullable<Binary>,
    }
}

diesel::table! {
    postings (id) {
        id -> Binary,
        wallet_id -> Binary,
        seq -> BigInt,
        movement -> Text,
        from_account -> Text,
        to_account -> Text,
        units -> BigInt,
        lot_id -> Nullable<Binary>,
        ticket_id -> Nullable<Binary>,
        issue_id -> Nullable<Binary>,
        refers_to -> Nullable<Binary>,
        terms -> Nullable<Binary>,
        event_id -> Binary,
        at -> BigInt,
        reason -> Text,
        link -> Binary,
    }
}

diesel::table! {
    calls (id) {
        id -> Binary,
        source -> Text,
        external_id -> Text,
        state -> Text,
        caller_kind -> Text,
        caller_number -> Text,
        caller_shown -> Text,
        dialled -> Text,
        agents -> Text,
        rings -> Text,
        answered_by -> Nullable<Binary>,
        rang_at -> BigInt,
        answered_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        call_back -> Nullable<Text>,
        call_back_by -> Nullable<Binary>,
        call_back_at -> Nullable<BigInt>,
        call_back_outcome -> Nullable<Text>,
        call_back_note -> Text,
        joined_to -> Nullable<Binary>,
        version -> BigInt,
    }
}

diesel::table! {
    service_levels (contract_id, from_day) {
        contract_id -> Binary,
        from_day -> Text,
        form -> Text,
    }
}

diesel::table! {
    clock_pauses (id) {
        id -> Binary,
        issue_id -> Binary,
        reason -> Text,
        note -> Text,
        paused_at -> BigInt,
        paused_by -> Binary,
        resumed_at -> Nullable<BigInt>,
        resumed_by -> Nullable<Binary>,
    }
}

diesel::table! {
    call_contacts (interaction_id) {
        interaction_id -> Binary,
        call_id -> Binary,
    }
}

diesel::table! {
    call_signals (id) {
        id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    call_refusals (id) {
        id -> Binary,
        signal -> Text,
        code -> Text,
        sender -> Text,
        body -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    extensions (user_id) {
        user_id -> Binary,
        extension -> Text,
    }
}

diesel::table! {
    slots (id) {
        id -> Binary,
        territory_id -> Binary,
        contract_id -> Binary,
        site_id -> Binary,
        user_id -> Binary,
        starts_at -> BigInt,
        ends_at -> BigInt,
        technician_id -> Nullable<Binary>,
        job -> Text,
        held_at -> BigInt,
        expires_at -> BigInt,
        work_order_id -> Nullable<Binary>,
    }
}

diesel::table! {
    past_moves (posting_id) {
        posting_id -> Binary,
        wallet_id -> Binary,
        day -> Text,
        repair_id -> Nullable<Binary>,
    }
}

diesel::table! {
    policies (contract_id, version) {
        contract_id -> Binary,
        version -> BigInt,
        from_day -> Text,
        form -> Text,
        menu -> Text,
        reason -> Text,
        set_by -> Text,
        set_at -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    adjustments (id) {
        id -> Binary,
        wallet_id -> Binary,
        request -> Text,
        units -> BigInt,
        state -> Text,
        proposed_by -> Text,
        proposed_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refusals (id) {
        id -> Binary,
        contract_id -> Binary,
        action -> Text,
        code -> Text,
        ja -> Text,
        en -> Text,
        actor -> Text,
        at -> BigInt,
        seq -> Nullable<BigInt>,
        link -> Nullable<Binary>,
        operation -> Nullable<Binary>,
        fingerprint -> Nullable<Binary>,
    }
}

diesel::table! {
    disputes (id) {
        id -> Binary,
        contract_id -> Binary,
        posting_id -> Binary,
        issue_id -> Binary,
        units -> BigInt,
        state -> Text,
        reason -> Text,
        late -> Bool,
        raised_by -> Text,
        raised_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decision_note -> Nullable<Text>,
        returned -> BigInt,
        version -> BigInt,
        expired -> BigInt,
    }
}

diesel::table! {
    approval_rules (contract_id) {
        contract_id -> Binary,
        version -> BigInt,
        units_per_issue -> Nullable<BigInt>,
        units_per_month -> Nullable<BigInt>,
        approver_id -> Nullable<Binary>,
        auto_minutes -> Nullable<BigInt>,
        set_by -> Text,
        set_at -> BigInt,
    }
}

diesel::table! {
    approvals (issue_id) {
        issue_id -> Binary,
        contract_id -> Binary,
        rule_version -> BigInt,
        units -> BigInt,
        state -> Text,
        asked_at -> BigInt,
        auto_at -> Nullable<BigInt>,
        waiting_units -> Nullable<BigInt>,
        waiting_reason -> Nullable<Text>,
        waiting_on -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        note -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    invoices (lot_id) {
        lot_id -> Binary,
        contract_id -> Binary,
        invoice_number -> Text,
        issuer_number -> Nullable<Text>,
        invoiced_on -> Text,
        set_by -> Text,
        set_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    lot_acknowledgements (lot_id) {
        lot_id -> Binary,
        contract_id -> Binary,
        acknowledged_by -> Text,
        means -> Text,
        acknowledged_on -> Text,
        noted_by -> Text,
        noted_at -> BigInt,
    }
}

diesel::table! {
    confirmations (posting_id) {
        posting_id -> Binary,
        contract_id -> Binary,
        issue_id -> Binary,
        units -> BigInt,
        confirmed_by -> Text,
        confirmed_at -> BigInt,
    }
}

diesel::table! {
    refunds (id) {
        id -> Binary,
        wallet_id -> Binary,
        lot_id -> Binary,
        posting_id -> Binary,
        units -> BigInt,
        yen -> BigInt,
        ground -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    interactions (id) {
        id -> Binary,
        number -> Text,
        contract_id -> Binary,
        channel -> Text,
        contact_id -> Nullable<Binary>,
        caller_name -> Text,
        caller_phone -> Text,
        on_behalf_of -> Bool,
        entered_by -> Binary,
        note -> Text,
        started_at -> BigInt,
        saved_at -> BigInt,
    }
}

diesel::table! {
    issues (id) {
        id -> Binary,
        number -> Text,
        interaction_id -> Binary,
        contract_id -> Binary,
        territory_id -> Binary,
        site_id -> Binary,
        asset_id -> Nullable<Binary>,
        product_id -> Nullable<Binary>,
        symptom -> Nullable<Text>,
        kind -> Text,
        description -> Text,
        impact -> Text,
        urgency -> Text,
        priority -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        wish_from -> Nullable<BigInt>,
        wish_to -> Nullable<BigInt>,
        linked_issue_id -> Nullable<Binary>,
        menu_item -> Nullable<Text>,
        units -> BigInt,
        cost_reason -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        version -> BigInt,
        remedy -> Text,
        desk_minutes -> BigInt,
        desk_minutes_said -> Bool,
    }
}

diesel::table! {
    work_orders (id) {
        id -> Binary,
        issue_id -> Binary,
        territory_id -> Binary,
        state -> Text,
        skill -> Text,
        level_min -> BigInt,
        qualification -> Nullable<Text>,
        service_minutes -> BigInt,
        arrive_by -> Nullable<BigInt>,
        created_at -> BigInt,
        version -> BigInt,
        parts_needed -> Text,
    }
}

diesel::table! {
    visits (id) {
        id -> Binary,
        work_order_id -> Binary,
        territory_id -> Binary,
        technician_id -> Binary,
        state -> Text,
        state_before -> Nullable<Text>,
        route_order -> BigInt,
        planned_start -> BigInt,
        planned_end -> BigInt,
        travel_s -> BigInt,
        promised_from -> Nullable<BigInt>,
        promised_to -> Nullable<BigInt>,
        declared_arrival -> Nullable<BigInt>,
        declared_at -> Nullable<BigInt>,
        created_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        en_route_at -> Nullable<BigInt>,
        en_route_lat -> Nullable<Double>,
        en_route_lon -> Nullable<Double>,
        arrived_at -> Nullable<BigInt>,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        version -> BigInt,
        en_route_before -> Nullable<BigInt>,
        arrived_before -> Nullable<BigInt>,
        started_before -> Nullable<BigInt>,
    }
}

diesel::table! {
    service_reports (id) {
        id -> Binary,
        visit_id -> Binary,
        cause -> Text,
        cause_text -> Text,
        remedy -> Text,
        parts -> Text,
        minutes -> BigInt,
        outcome -> Text,
        tapped_at -> BigInt,
        filed_at -> BigInt,
    }
}

diesel::table! {
    positions (technician_id) {
        technician_id -> Binary,
        seq -> BigInt,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Double,
        at -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    position_doubts (technician_id) {
        technician_id -> Binary,
        seq -> BigInt,
        lat -> Double,
        lon -> Double,
        accuracy_m -> Double,
        at -> BigInt,
        times -> BigInt,
    }
}

diesel::table! {
    etas (visit_id) {
        visit_id -> Binary,
        seq -> BigInt,
        snapshot -> Text,
        told -> Text,
    }
}

diesel::table! {
    eta_figures (visit_id, horizon) {
        visit_id -> Binary,
        horizon -> BigInt,
        seq -> BigInt,
        computed_at -> BigInt,
        earliest -> BigInt,
        likely -> BigInt,
        latest -> BigInt,
        raw_earliest -> BigInt,
        raw_latest -> BigInt,
        stops_before -> BigInt,
        source -> Text,
    }
}

diesel::table! {
    track_links (id) {
        id -> Binary,
        visit_id -> Binary,
        token_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    users (id) {
        id -> Binary,
        login -> Text,
        password_hash -> Text,
        name -> Text,
        role -> Text,
        language -> Text,
        territory_id -> Nullable<Binary>,
        technician_id -> Nullable<Binary>,
        customer_id -> Nullable<Binary>,
        active -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    user_changes (user_id, version) {
        user_id -> Binary,
        version -> BigInt,
        action -> Text,
        what -> Text,
        actor -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Binary,
        user_id -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    operations (id) {
        id -> Binary,
        actor -> Text,
        fingerprint -> Binary,
        status -> Integer,
        answer -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    counters (scope) {
        scope -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    streams (stream) {
        stream -> Text,
        head -> BigInt,
    }
}

diesel::table! {
    journal (id) {
        id -> Binary,
        kind -> Text,
        version -> Integer,
        at -> BigInt,
        actor -> Text,
        contract_id -> Nullable<Binary>,
        issue_id -> Nullable<Binary>,
        work_order_id -> Nullable<Binary>,
        visit_id -> Nullable<Binary>,
        technician_id -> Nullable<Binary>,
        data -> Text,
    }
}

diesel::table! {
    stream_entries (stream, seq) {
        stream -> Text,
        seq -> BigInt,
        event_id -> Binary,
        link -> Nullable<Binary>,
    }
}

diesel::table! {
    ledger_roots (nth) {
        nth -> BigInt,
        day -> Text,
        taken_at -> BigInt,
        root -> Binary,
    }
}

diesel::table! {
    ledger_root_heads (nth, chain) {
        nth -> BigInt,
        chain -> Text,
        seq -> BigInt,
        link -> Binary,
    }
}

diesel::table! {
    consumers (name, stream) {
        name -> Text,
        stream -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    notices (id) {
        id -> Binary,
        contract_id -> Binary,
        kind -> Text,
        key -> Text,
        issue_id -> Nullable<Binary>,
        ja -> Text,
        en -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    notice_reads (notice_id, user_id) {
        notice_id -> Binary,
        user_id -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    mails (id) {
        id -> Binary,
        notice_id -> Binary,
        name -> Text,
        address -> Text,
        message_id -> Text,
        state -> Text,
        attempts -> BigInt,
        next_at -> BigInt,
        last_error -> Text,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    policies,
    refusals,
    adjustments,
    refunds,
    invoices,
    disputes,
    approval_rules,
    approvals,
    eta_figures,
    lot_acknowledgements,
    confirmations,
    company,
    territories,
    products,
    symptoms,
    technicians,
    absences,
    customers,
    phones,
    contacts,
    sites,
    contracts,
    assets,
    past_repairs,
    wallets,
    lots,
    holds,
    tickets,
    postings,
    past_moves,
    slots,
    calls,
    call_contacts,
    call_signals,
    call_refusals,
    extensions,
    service_levels,
    clock_pauses,
    interactions,
    issues,
    work_orders,
    visits,
    service_reports,
    positions,
    position_doubts,
    etas,
    track_links,
    users,
    user_changes,
    sessions,
    operations,
    counters,
    streams,
    journal,
    stream_entries,
    ledger_roots,
    ledger_root_heads,
    consumers,
    notices,
    notice_reads,
    mails,
);

diesel::joinable!(visits -> work_orders (work_order_id));
diesel::joinable!(visits -> technicians (technician_id));
diesel::joinable!(call_contacts -> calls (call_id));
diesel::joinable!(call_contacts -> interactions (interaction_id));
diesel::joinable!(extensions -> users (user_id));
diesel::joinable!(eta_figures -> visits (visit_id));
diesel::joinable!(slots -> work_orders (work_order_id));
diesel::joinable!(work_orders -> issues (issue_id));
diesel::joinable!(issues -> sites (site_id));
diesel::joinable!(issues -> interactions (interaction_id));
diesel::joinable!(issues -> contracts (contract_id));
diesel::joinable!(contracts -> customers (customer_id));
diesel::joinable!(assets -> contracts (contract_id));
diesel::joinable!(sites -> customers (customer_id));
diesel::joinable!(stream_entries -> journal (event_id));
diesel::joinable!(notices -> contracts (contract_id));
diesel::joinable!(mails -> notices (notice_id));
diesel::joinable!(service_reports -> visits (visit_id));
