DROP TABLE refusals;
DROP TABLE adjustments;
DROP TABLE policies;
