DROP INDEX visits_arrived;
DROP TABLE eta_figures;
