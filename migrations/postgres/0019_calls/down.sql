DROP TABLE extensions;
DROP TABLE call_refusals;
DROP TABLE call_signals;
DROP TABLE call_contacts;
DROP TABLE calls;
