DROP INDEX issues_linked;
DELETE FROM consumers WHERE name = 'notices';
DROP TABLE mails;
DROP TABLE notice_reads;
DROP TABLE notices;
