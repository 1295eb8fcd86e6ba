-- One line with the checksums of `verdicts`, in the order in which HAND prints them.
SELECT
  count(*) AS n,
  sum(CASE WHEN tier = 'A' THEN 1 ELSE 0 END) AS tier_a,
  sum(CASE WHEN tier = 'B' THEN 1 ELSE 0 END) AS tier_b,
  sum(CASE WHEN tier = 'C' THEN 1 ELSE 0 END) AS tier_c,
  sum(CASE WHEN tier = 'D' THEN 1 ELSE 0 END) AS tier_d,
  sum(CASE WHEN tier = 'X' THEN 1 ELSE 0 END) AS tier_x,
  sum(CASE WHEN stage = 'SQL' THEN 1 ELSE 0 END) AS stage_sql,
  sum(CASE WHEN stage = 'MQL' THEN 1 ELSE 0 END) AS stage_mql,
  sum(CASE WHEN stage = 'Nurture' THEN 1 ELSE 0 END) AS stage_nurture,
  sum(CASE WHEN stage = 'Lead' THEN 1 ELSE 0 END) AS stage_lead,
  sum(CASE WHEN stage = 'Disqualified' THEN 1 ELSE 0 END) AS stage_disqualified,
  sum(fit) AS fit,
  CAST(sum(CAST(round(engagement * 100) AS BIGINT)) AS BIGINT) AS engagement,
  CAST(sum(CAST(round(total * 100) AS BIGINT)) AS BIGINT) AS total
FROM verdicts;
