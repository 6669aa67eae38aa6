DROP TABLE position_doubts;
