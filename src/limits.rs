//! Every bound of the server in one place, each with its reason.

use std::time::Duration;

/// Commands that wait for the writer. At a commit of some 5 ms this is about a second of work in groups.
pub const STORE_QUEUE: usize = 1024;
/// Commands in one SQLite transaction: enough to share a disk flush, few enough that the first doesn't wait long.
pub const GROUP_COMMIT: usize = 128;
/// Reading threads of SQLite; more than the cores of a small machine only fight for them.
pub const SQLITE_READERS: usize = 2;
/// Connections that write to PostgreSQL at once.
pub const POSTGRES_WRITERS: usize = 8;
/// Connections that read from PostgreSQL at once.
pub const POSTGRES_READERS: usize = 4;
/// Times that a command runs again when another transaction was in its way.
pub const TRANSACTION_RETRIES: usize = 12;
/// A command that got no answer in this time is given up by the caller; it may still commit, and its operation id
/// tells on the retry.
pub const STORE_DEADLINE: Duration = Duration::from_secs(20);
/// The same for work that somebody waits for at a terminal: a whole company comes in, or everything is read again.
pub const STORE_PATIENCE: Duration = Duration::from_secs(24 * 3_600);
/// How long a server that starts waits for the one before it to let go of a PostgreSQL database, whose sessions end a
/// moment after their process; a second server by mistake is told after this time.
pub const NODE_LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// How often it asks meanwhile.
pub const NODE_LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Body of a request. The largest honest one, a full offline batch of positions, has 20 kB.
pub const BODY_BYTES: usize = 256 * 1024;
/// A table that comes in: 50,000 rows of the widest kind. It goes to a file on its way, not into memory.
pub const IMPORT_BYTES: usize = 64 * 1024 * 1024;
/// Of such a body, bytes that are written to the file at once.
pub const SPOOL_PART: usize = 1024 * 1024;
/// Rows of one table that comes in: they are one transaction, whose events are kept until it ends, and their keys are
/// kept to find doubled ones.
pub const IMPORT_ROWS: u64 = 50_000;
/// Tickets that the lots of one table may have, each a row and some postings of the same transaction.
pub const IMPORT_TICKETS: u64 = 200_000;
/// Tables that are judged or written at once; the next ones wait, so that readers are left for everybody else.
pub const IMPORTS: usize = 1;
/// Faults of a table that are listed, one for each row of the longest; the others are counted. Some 20 MB at the worst.
pub const IMPORT_FAULTS: usize = 50_000;
/// Faults of refused lots that are kept for audit from one table. Each is a numbered entry of a chain that is written
/// while others wait; whoever sends the table again after so many has the list of faults for the rest.
pub const IMPORT_REFUSALS: usize = 500;
/// Rows that are looked up and written at once.
pub const IMPORT_BATCH: usize = 500;
/// Changed records that the journal names for one table; the others are counted.
pub const IMPORT_NAMED: usize = 100;
/// Rows of a table on its way out that are read at once.
pub const EXPORT_PAGE: i64 = 1_000;
/// Issues in one contact: nobody reports more in one call.
pub const ISSUES_PER_CONTACT: usize = 10;
/// Days ahead that a customer may wish for: rosters reach no further.
pub const WISH_DAYS: i64 = 60;
/// Days between the begin and the end of a wish: who is free for longer has none.
pub const WISH_SPAN_DAYS: i64 = 31;
/// Time for which a slot is kept for a caller: as long as he needs to look into his diary.
pub const SLOT_HOLD_S: i64 = 300;
/// Local days that are looked through for slots, the first one included: callers do not plan further while they talk.
pub const SLOT_DAYS: u64 = 7;
/// Slots that one person holds at once: one for each issue of a contact.
pub const SLOT_HOLDS: i64 = 10;
/// Waiting work orders, the most urgent first, whose time is kept free when slots are offered.
pub const SLOT_QUEUE: usize = 200;
/// Visits that one proposal for a running day moves: more customers and technicians are not called at once.
pub const REPLAN_MOVES: usize = 10;
/// Rows of such a proposal: more are not read.
pub const REPLAN_ROWS: usize = 30;
/// Steps of the whole-day search behind it: some tens of milliseconds on a day of a hundred visits.
pub const REPLAN_STEPS: u64 = 3_000;
/// Visits and waiting work up to which the search is asked; its tables alone would take a second beyond.
pub const REPLAN_SEARCH_JOBS: usize = 400;
/// Work left over for which a way out is looked for, the most urgent first.
pub const REPLAN_WAYS_OUT: usize = 20;
/// After an event the planner waits so long for more of them, on the company's clock.
pub const REPLAN_PAUSE_S: i64 = 2;
/// And no longer than so many such pauses.
pub const REPLAN_PAUSES: usize = 5;
/// Between two proposals of one territory on the wall's clock, however fast the day runs.
pub const REPLAN_BREATH: Duration = Duration::from_secs(3);
/// Between two looks for what only the clock brings, such as overruns, on the company's clock.
pub const REPLAN_LOOK_S: i64 = 60;
/// Proposals of a territory that can still be approved: a dispatcher may look at one while the next is made.
pub const REPLAN_KEPT: usize = 8;
/// A row that would start so much later than it was shown is refused: it is not what was approved.
pub const REPLAN_DRIFT_S: i64 = 900;
/// Changes that one what-if supposes.
pub const WHAT_IF_CHANGES: usize = 20;
/// Days back that a contact may have begun, for mails that are entered late.
pub const CONTACT_AGE_DAYS: i64 = 60;
/// Body of a telephone system's message: the longest honest one rings fifty agents.
pub const CALL_BYTES: usize = 16 * 1024;
/// Seconds by which the time of a telephone system's signature may differ from ours, as the Standard Webhooks ask; a
/// replay is known for twice as long by its name.
pub const CALL_TOLERANCE_S: i64 = 300;
/// Characters of the name that a telephone system gives a call or a message, and of what it shows of a caller.
pub const CALL_NAME_CHARS: usize = 128;
/// Agents that one call rings: a whole desk.
pub const CALL_AGENTS: usize = 50;
/// Hours for which a telephone system may keep what it could not tell us.
pub const CALL_LATE_HOURS: i64 = 24;
/// Digits and letters of an extension.
pub const EXTENSION_CHARS: usize = 16;
/// Refused messages of telephone systems that are kept in a minute; more are counted in the log. A forger must not fill
/// the disk.
pub const CALL_REFUSALS_A_MINUTE: i64 = 60;
/// Bytes that are kept of such a message.
pub const CALL_REFUSED_BYTES: usize = 1_024;
/// Calls, and dialled channels, of an Asterisk that are remembered at once.
pub const ARI_CALLS: usize = 2_000;
/// Bytes of one event of an Asterisk; a bridge with a hundred channels has 5 kB.
pub const ARI_EVENT_BYTES: usize = 256 * 1024;
/// For an Asterisk to take a connection, or to answer.
pub const ARI_DEADLINE: Duration = Duration::from_secs(10);
/// An Asterisk that says nothing for so long is asked whether it is there, and after as long again it is not.
pub const ARI_QUIET: Duration = Duration::from_secs(30);
/// First pause before a broken connection to an Asterisk is opened again; it doubles up to the longest. Calls ring for
/// half a minute, so the longest is shorter.
pub const ARI_PAUSE_FIRST: Duration = Duration::from_millis(250);
pub const ARI_PAUSE_LONGEST: Duration = Duration::from_secs(15);
/// Times that an event is offered to a busy store.
pub const ARI_ATTEMPTS: usize = 4;
/// A call that rings for so long was given up, and its end was lost on the way.
pub const RING_S: i64 = 600;
/// The longest conversation: after it the end of the call was lost.
pub const TALK_S: i64 = 12 * 3_600;
/// Calls that are given up or shown at once.
pub const CALLS_AT_ONCE: i64 = 100;
/// Call-backs that the desk sees, the oldest first.
pub const CALL_BACKS: i64 = 200;
/// Customers offered for one number, and open issues shown of each: more are found by the search.
pub const CALLERS: usize = 10;
pub const CALLER_ISSUES: usize = 5;
/// Days of a report of calls.
pub const CALL_REPORT_DAYS: i64 = 31;
/// How far a desk's clock may run ahead of ours.
pub const CLOCK_SKEW_S: i64 = 300;
/// Minutes of work at the desk for one issue: a day.
pub const DESK_MINUTES: i64 = 1_440;
/// Work on site when neither the symptom nor its product says how long it takes.
pub const UNKNOWN_WORK_MINUTES: i64 = 60;
/// Characters of a description, note or remedy.
pub const TEXT_CHARS: usize = 4_000;
/// Characters of a name, number or reason.
pub const LINE_CHARS: usize = 200;
/// Hits of a desk search: more are not read while a caller waits.
pub const SEARCH_HITS: usize = 20;
/// Other contracts of a customer that are named beside one: more are found by the search.
pub const OTHER_CONTRACTS: i64 = 20;
/// Open issues under one contract that came over the customer's page: more are a mistake, or want a call.
pub const PORTAL_OPEN_ISSUES: i64 = 20;
/// Reported issues that the desk sees at once, the most urgent first.
pub const REPORTED_ISSUES: usize = 100;
/// Entries on a page of the history.
pub const HISTORY_PAGE: i64 = 50;
/// Most entries that a client may ask for at once.
pub const HISTORY_PAGE_MAX: i64 = 200;
/// Ticket numbers that one event names; a longer list is told by its count.
pub const EVENT_TICKETS: usize = 100;
/// Bytes of a map extract: a whole country. It is read at once.
pub const ROADS_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Places of one table of drives: sixteen million answers.
pub const TABLE_PLACES: usize = 4_000;
/// Ids in one statement's list: far below the parameters that either database takes.
pub const STATEMENT_IDS: usize = 500;
/// Rows that one statement inserts: far below the parameters that PostgreSQL takes.
pub const INSERT_ROWS: usize = 500;
/// Writes that share a trip to PostgreSQL: each number and kind of them is a text that the connection keeps.
pub const WRITES_TOGETHER: usize = 6;
/// Lots and units that expire in one transaction, so that a command at midnight waits a millisecond and not twenty; a
/// single wallet is never split, since its customer is told once of what died.
pub const EXPIRY_LOTS: i64 = 20;
pub const EXPIRY_UNITS: i64 = 100;
/// Between two of these transactions: whoever waits is served first, and not in one commit with the next of them.
pub const EXPIRY_PAUSE: Duration = Duration::from_millis(2);
/// Postings on a page of the ledger, and the most that a client may ask for.
pub const LEDGER_PAGE: i64 = 50;
pub const LEDGER_PAGE_MAX: i64 = 500;
/// Postings on one statement: a year of the busiest contract.
pub const STATEMENT_POSTINGS: i64 = 20_000;
/// Tickets of a lot on a page, and the most that a client may ask for.
pub const TICKET_PAGE: i64 = 50;
pub const TICKET_PAGE_MAX: i64 = 500;
/// Days that a report of the books may cover.
pub const REPORT_DAYS: i64 = 3_653;
/// Past arrival figures, and drives, that one look learns from or measures: some weeks of a large territory.
pub const FIGURES: i64 = 20_000;
/// Days after which a past arrival figure is forgotten.
pub const FIGURE_DAYS: i64 = 90;
/// Days that the report of what was asked for may cover: each month is counted.
pub const DEMAND_DAYS: i64 = 1_096;
/// Lines of what was asked most.
pub const FREQUENT: usize = 20;
/// Trips from which the usual drive is reckoned: the roads of the last weeks.
pub const TRAVEL_TRIPS: i64 = 2_000;
/// Uses of the whole company that a proposal for a contract without a past of its own draws from.
pub const USUAL_USES: usize = 2_000;
/// Monthly fee that a comparison takes: more is a typing error.
pub const MONTHLY_FEE_YEN: i64 = 100_000_000;
/// Units that may be added to and taken from one wallet within [`ADJUST_DAYS`] without a second person, whoever does it
/// and in however many steps.
pub const ADJUST_ALONE: i64 = 5;
/// A month: what was adjusted before it is in the bookkeeper's last closing.
pub const ADJUST_DAYS: i64 = 30;
/// Days between today and the date of an invoice: more is a typing error.
pub const INVOICE_DAYS: u64 = 366;
/// Units of an approval rule: as many as the largest lot.
pub const APPROVAL_UNITS: i64 = 1_000_000;
/// Minutes after which an approval may count as given: 30 days, the time in which a month is invoiced.
pub const APPROVAL_MINUTES: i64 = 43_200;
/// How long before an approval counts as given its approver is told again; when it was asked for at least twice as long
/// before.
pub const APPROVAL_SOON_S: i64 = 900;
/// Approvals that run out in one transaction, so that a burst of them doesn't keep callers waiting.
pub const APPROVALS_AT_ONCE: i64 = 50;
/// Refusals of the ledger, and adjustments by two, shown at once.
pub const AUDIT_PAGE: i64 = 100;
/// Ids in one request that are looked up when it was refused, to tell under which contracts that is kept. The largest
/// honest request names four.
pub const AUDIT_WORDS: usize = 16;
/// Wallets and visits that `verify` holds in memory at once.
pub const VERIFY_WALLETS: usize = 50;
pub const VERIFY_VISITS: usize = 200;
/// Entries of the journal that `verify` reads at once.
pub const VERIFY_ENTRIES: i64 = 2_000;
/// Roots of days shown at once: a year and a month.
pub const ROOTS_PAGE: i64 = 400;
/// Past repairs shown with an asset.
pub const LAST_REPAIRS: i64 = 5;
/// Lines of parts in a report.
pub const PARTS_PER_REPORT: usize = 50;
/// Fixes in one batch: 25 minutes of a lost signal at one each 15 seconds.
pub const POSITIONS_PER_BATCH: usize = 100;
/// Seconds by which a phone's clock may differ before its fixes are corrected; less is the way over the network.
pub const PHONE_CLOCK_S: i64 = 20;

/// Cost of a password hash: the least that the OWASP password storage cheat sheet allows for argon2id.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
pub const ARGON2_PASSES: u32 = 2;
pub const ARGON2_LANES: u32 = 1;
/// Days of an absence by the hour, each of which is a row; a longer one is a typing error.
pub const ABSENCE_DAYS: usize = 3_660;
/// Longest absence that is entered at the board: whoever is away longer has no roster.
pub const ABSENCE_SPAN_DAYS: i64 = 366;
/// Days ahead that an absence may begin.
pub const ABSENCE_AHEAD_DAYS: i64 = 731;

/// Sockets and requests of one worker: more than the file descriptors that a process usually has.
pub const CONNECTIONS_PER_WORKER: usize = 25_000;
/// Connections that wait to be accepted: a whole fleet comes back after a restart.
pub const BACKLOG: u32 = 8_192;
/// Time that a quiet connection stays open: a technician's phone reports every few seconds, and a new connection on a
/// mobile network costs more than the report.
pub const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Time for a request's head to arrive.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// Time that a closed connection has to take the rest; a client that waits for us to hang up costs this much.
pub const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
/// Unsent bytes that the operating system keeps for one connection: enough for a full pipe to a phone.
pub const SEND_BUFFER_BYTES: usize = 128 * 1024;
/// Seconds that running requests have when the server stops.
pub const STOP_SECONDS: u64 = 5;
/// Days a session lasts without a new log-in.
pub const SESSION_DAYS: i64 = 14;
/// Cores of the machine for each password check at once: a check takes 19 MiB and a whole core, and a morning of log-ins
/// must leave the others to those who are at work.
pub const CORES_PER_PASSWORD_CHECK: usize = 2;
/// Log-ins that wait for a password check; the next ones are told to come back.
pub const PASSWORD_QUEUE: usize = 64;
/// Shortest password.
pub const PASSWORD_CHARS: usize = 8;
/// Longest password: hashing a novel would be work for nothing.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Failed log-ins in a window, for one log-in name from one address.
pub const LOGIN_FAILURES: u32 = 10;
/// Failed log-ins in a window from one address: an office shares one.
pub const LOGIN_FAILURES_ADDRESS: u32 = 100;
/// Seconds of that window.
pub const LOGIN_WINDOW_S: i64 = 300;
/// Names and addresses that the log-in limit remembers.
pub const LOGIN_MEMORY: usize = 10_000;
/// Days that the answer to an operation is kept for a retry: longer than a phone stays without a signal.
pub const OPERATION_DAYS: i64 = 30;
/// Hours that a tracking link outlives the visit's planned end.
pub const TRACK_LINK_HOURS: i64 = 24;

/// Technicians of a ranking that the decision log keeps with an assignment, best first, those of other territories last:
/// packed some 25 kB. Who stands behind them is counted.
pub const DECISION_CANDIDATES: usize = 200;
/// A ranking of the decision log, unpacked: so many technicians with long routes that all move have less.
pub const DECISION_BYTES: u64 = 16 * 1024 * 1024;
/// Events that one read of the journal brings.
pub const JOURNAL_PAGE: i64 = 500;
/// Events that a reconnecting watcher is given one by one; a longer gap is answered with `reset`.
pub const RESUME_EVENTS: i64 = 2_000;
/// Ids or names asked for in one query: well under the number of bind variables that every database takes.
pub const IDS_PER_QUERY: usize = 400;
/// Streams that the relay looks at in one read, so that the first ones don't wait for the last.
pub const RELAY_STREAMS: usize = 400;
/// Between looks of the relay without a wake-up.
pub const RELAY_POLL: Duration = Duration::from_secs(1);
/// Age in seconds of a position that a new watcher is still shown.
pub const POSITION_SHOWN_S: i64 = 1_800;
/// Events of one resumed topic that are queued before the reader has taken the last ones.
pub const RESUME_PAGE: i64 = 100;
/// Sockets that read the journal at once; when all come back after a restart the others wait for their turn.
pub const RESUMES: usize = 32;
/// Bytes of a frame that a client may send.
pub const FRAME_BYTES: usize = 16 * 1024;
/// Topics of one socket: a dispatcher's territories, or a page of visits.
pub const SUBSCRIPTIONS: usize = 64;
/// Frames of a client that wait on a line of server-sent events or long polling: a page's subscriptions.
pub const LINE_QUEUE: usize = 64;
/// Seconds that a long poll waits; proxies give up after 30.
pub const POLL_S: u64 = 25;
/// Frames that wait for a slow reader before it is closed.
pub const SESSION_QUEUE: usize = 512;
/// Bytes of them: some pages of a resumed topic. One frame of any size goes.
pub const SESSION_BYTES: usize = 1024 * 1024;
/// Pieces of one message: nobody's network cuts 16 kB finer.
pub const FRAGMENTS: usize = 64;
/// Frames that a socket may send at once, pieces and pings counted: a page that comes back subscribes to each topic.
pub const FRAMES_AT_ONCE: f64 = 300.0;
/// Frames a second that it may go on with. The busiest honest phone sends one.
pub const FRAMES_PER_SECOND: f64 = 30.0;
/// Sockets from one address: an office behind one router, or a mobile carrier's gateway on a stormy day. Programs on
/// this machine are not counted.
pub const SOCKETS_PER_ADDRESS: usize = 2_000;
/// Sockets whose rights are being looked up; when all come back at once the next ones are told to wait.
pub const HANDSHAKES: usize = 1_024;
/// Before the end of a log-in, when a socket is told that it ends.
pub const EXPIRY_NOTICE_S: i64 = 300;
/// Days that a log-in may be renewed without a new password.
pub const SESSION_LONGEST_DAYS: i64 = 90;
/// People who are named as present on one topic; more are not looked at.
pub const PRESENT: usize = 50;
/// Log-ins whose end the hub remembers, for sockets that are just being opened with them.
pub const ENDED_LOG_INS: usize = 4_096;
/// Time over which the sockets of a stopping server are closed, for each and in all. All come back, and a push that
/// waits for one should wait less than a second.
pub const DRAIN_EACH: Duration = Duration::from_micros(50);
pub const DRAIN: Duration = Duration::from_millis(500);
/// Until a server that stopped answers again, as its watchers are told.
pub const RESTART: Duration = Duration::from_millis(300);
/// Between pings to a quiet socket.
pub const PING_EVERY: Duration = Duration::from_secs(15);
/// A socket that was silent so long is dead, and so is a connection that took nothing.
pub const PONG_DEADLINE: Duration = Duration::from_secs(45);

/// Notices on a page.
pub const NOTICE_PAGE: i64 = 50;
/// Contracts and entries of each whose events become notices in one transaction.
pub const HERALD_CONTRACTS: usize = 20;
pub const HERALD_EVENTS: i64 = 100;
/// Wallets whose last days are looked at in one read.
pub const HERALD_WALLETS: i64 = 200;
/// Between two readings of the journal for notices: a burst of events is then one transaction.
pub const HERALD_PAUSE: Duration = Duration::from_secs(1);
/// The same while there is more to read: callers come in between.
pub const HERALD_BREATH: Duration = Duration::from_millis(100);
/// Between looks at the calendar, and at the journal without a wake-up.
pub const HERALD_SWEEP: Duration = Duration::from_secs(60);
/// Contacts of one customer who get a notice by mail.
pub const MAILS_PER_NOTICE: i64 = 20;
/// From one attempt to send a mail to the next, in seconds: 1, 5 and 15 minutes, 1, 4, 12 and 24 hours. The last number is
/// the time in which the last attempt must have ended.
pub const MAIL_PAUSES_S: [i64; 8] = [60, 300, 900, 3_600, 14_400, 43_200, 86_400, 600];
/// Mails that are tried before the outbox is looked at again.
pub const MAIL_BATCH: i64 = 10;
/// Between looks into the outbox.
pub const MAIL_POLL: Duration = Duration::from_secs(5);
/// For one mail, from the connection to the server's last word.
pub const MAIL_DEADLINE: Duration = Duration::from_secs(30);

/// Messages that wait for an actor before `ask` answers busy.
pub const MAILBOX: usize = 1024;
/// An actor's answer that takes longer is given up.
pub const ASK_DEADLINE: Duration = Duration::from_secs(10);
/// First pause before a fallen actor comes back; it doubles up to the longest.
pub const RESPAWN_FIRST: Duration = Duration::from_millis(10);
pub const RESPAWN_LONGEST: Duration = Duration::from_secs(5);
